/* The page's buttons that open the chat; the words of a "say" button wait in its box until the visitor sends them. */
document.addEventListener('click', event => {
  const button = event.target.closest('[data-chat], [data-say]');
  const chat = document.querySelector('contact-centre-chat');
  if (!button || !chat) return;
  if (button.dataset.say) chat.prefill(button.dataset.say);
  else chat.open();
});

/* A link to a return visit, or from a call: its token goes to the chat, which opens, and not into the address. */
const given = new URLSearchParams(location.search);
const link = ['visit', 'talk'].find(name => given.has(name));
if (link) {
  document.querySelector('script[src="/widget.js"]').dataset[link] = given.get(link);
  history.replaceState(null, '', location.pathname + location.hash);
  addEventListener('load', () => document.querySelector('contact-centre-chat').open());
}
