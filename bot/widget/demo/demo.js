/* The page's buttons that open the chat; the words of a "say" button wait in its box until the visitor sends them. */
document.addEventListener('click', event => {
  const button = event.target.closest('[data-chat], [data-say]');
  const chat = document.querySelector('contact-centre-chat');
  if (!button || !chat) return;
  if (button.dataset.say) chat.prefill(button.dataset.say);
  else chat.open();
});
