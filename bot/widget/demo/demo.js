/* The page's buttons that open the chat; the words of a "say" button wait in its box until the visitor sends them. */
document.addEventListener('click', event => {
  const button = event.target.closest('[data-chat], [data-say]');
  const chat = document.querySelector('contact-centre-chat');
  if (!button || !chat) return;
  if (button.dataset.say) chat.prefill(button.dataset.say);
  else chat.open();
});

/* A link to a return visit: its token goes to the chat, which opens, and not into the address or the history. */
const visit = new URLSearchParams(location.search).get('visit');
if (visit !== null) {
  document.querySelector('script[src="/widget.js"]').dataset.visit = visit;
  history.replaceState(null, '', location.pathname + location.hash);
  addEventListener('load', () => document.querySelector('contact-centre-chat').open());
}
