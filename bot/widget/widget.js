/* The customer's chat: <script src="/widget.js" data-title="Harbour Life"></script> adds it to a page.
   converse() speaks docs/chat-protocol.md and knows no page; draw() shows it and knows no socket.
   Text reaches the page only as text, never as markup. */
(() => {
'use strict';

const SCRIPT = document.currentScript;
const LIMIT = 10_000; // characters

const ENGLISH = { // $ stands for a name or a number
	launch: 'Chat with us', unread: '$ unread', fresh: 'New message from $',
	title: 'Customer service', close: 'Close chat', gentle: 'Larger text', save: 'Save as text',
	person: 'Talk to a person', ask: 'I would like to talk to a person',
	hello: 'How can we help?', intro: 'Write in your own words. You can always ask for a person.',
	log: 'Conversation', box: 'Your message', send: 'Send', attach: 'Send a file', choices: 'Suggested replies', newer: 'New messages',
	customer: 'You', bot: 'Assistant', agent: 'Adviser', system: 'Notice', typing: '$ is writing',
	sending: 'Sending', waiting: 'Waiting to send', sent: 'Sent', failed: 'Not sent', again: 'Try again',
	source: 'Source', count: '$ of $ characters',
	long: 'Please shorten your message by $ characters.',
	connecting: 'Connecting', lost: 'Connection lost. What you write is kept and sent later.',
	ready: 'Assistant, answers at once', line: 'You are in line for a person', with: '$ is with you',
	restart: 'This is a new conversation.',
	owner: {
		bot: 'You are back with the assistant.', queued: 'You are in line for a person.',
		offered: 'We are asking a colleague to join.', agent: '$ has joined.',
		wrap_up: 'Your adviser has finished.', callback: 'We will call you back.',
		closed: 'This conversation has ended.',
	},
};

const fill = (words, ...values) => words.replace(/\$/g, () => values.shift());

/** Small values kept in the browser; where it forbids that, until the page goes. */
function cupboard(prefix) {
	let shelf = {};
	try { shelf = localStorage ?? shelf; } catch { /* forbidden: the plain object serves */ }
	return {
		load: name => JSON.parse(shelf[prefix + name] ?? null),
		save(name, value) {
			const kept = { [prefix + name]: JSON.stringify(value) };
			try { Object.assign(shelf, kept); } catch { shelf = { ...shelf, ...kept }; }
		},
		drop: name => delete shelf[prefix + name],
		all: start => Object.keys(shelf).filter(key => key.startsWith(prefix + start)).map(key => JSON.parse(shelf[key])),
	};
}

/** One customer's place in the ledger: what came, what is unacknowledged, and the socket between. */
function converse(url, drawer, visit, tell) {
	const outbox = new Map(drawer.all('out.').sort((a, b) => (a.at < b.at ? -1 : 1)).map(item => [item.key, item]));
	for (const item of outbox.values()) item.failed = Date.now() - new Date(item.at) > 864e5; // a day old: only when asked
	let socket, retry, watch, beat, welcomed, opened = 0, tries = 0, typed = 0, seen = 0;

	const my = {
		outbox, after: 0, // seq of the last entry taken; the server sends what follows
		history: null, // entries up to here are older than this page
		owner: 'bot', ready: false,
		get known() { return drawer.load('who') || outbox.size; }, // there is something to go on with
		get started() { return socket || retry; },
		connect() {
			if (socket) return;
			clearTimeout(retry);
			socket = new WebSocket(url);
			socket.onopen = hello;
			socket.onmessage = event => {
				watch = clearTimeout(watch);
				take(JSON.parse(event.data));
			};
			socket.onclose = my.drop;
			expect();
			tell.state();
		},
		/** Page or network is back: wait out no pause, trust no old socket. */
		wake() {
			if (socket) return ping();
			if (retry) tries = 0, my.connect();
		},
		/** Lets go of the socket, alive or not, and tries again later. */
		drop() {
			if (!socket) return;
			socket.onopen = socket.onmessage = socket.onclose = null;
			socket.close();
			if (my.ready && Date.now() - opened > 5000) tries = 0; // a flapping server is not hammered
			socket = watch = clearTimeout(watch);
			clearInterval(beat);
			my.ready = false;
			const pause = Math.min(20_000, 500 * 2 ** tries++);
			retry = setTimeout(my.connect, pause * (0.5 + Math.random() / 2)); // spread out, not all at once
			tell.state();
		},
		stop() { my.drop(); retry = clearTimeout(retry); },
		/** Says `text`, or presses `button`; kept until the server has it. */
		say(text, button) {
			const key = crypto.getRandomValues(new Uint32Array(4)).join('-'); // randomUUID() is missing without TLS
			const item = { key, text, button, at: new Date().toISOString() };
			outbox.set(key, item);
			drawer.save(`out.${key}`, item);
			if (my.started) post(item); else my.connect();
			return item;
		},
		retry(item) { item.failed = false; post(item); },
		typing() { if (Date.now() - typed > 3000) typed = Date.now(), send({ type: 'typing' }); },
		read(seq) { if (my.ready && seq > seen) send({ type: 'read', seq: seen = seq }); },
	};

	const send = message => { if (socket?.readyState === 1) socket.send(JSON.stringify(message)); };
	const expect = () => { watch ??= setTimeout(my.drop, 10_000); }; // ms without an answer: dead
	const ping = () => { if (my.ready) send({ type: 'ping' }), expect(); };
	const hello = () => {
		const { id = null, secret = null } = drawer.load('who') ?? {};
		send({ type: 'hello', conversation: id, secret, after: my.after, ...visit() });
	};
	const post = ({ key, text, button }) => {
		if (!my.ready) return; // welcome posts all that waits
		send(button ? { type: 'press', key, button } : { type: 'say', key, text });
		expect();
	};
	const settle = key => { outbox.delete(key); drawer.drop(`out.${key}`); };

	function take(message) {
		const { type, conversation, secret, seq, owner, key, entries } = message;
		if (type === 'welcome') {
			if (secret) drawer.save('who', { id: conversation, secret });
			my.history ??= secret ? 0 : seq;
			Object.assign(my, { owner, ready: true });
			welcomed = seq;
			opened = Date.now();
			clearInterval(beat);
			beat = setInterval(ping, 25_000);
			for (const item of outbox.values()) if (!item.failed) post(item);
			tell.state();
		} else if (type === 'ack') {
			settle(key);
			tell.ack(key, seq);
		} else if (type === 'entries') {
			const fresh = entries.filter(entry => entry.seq > my.after); // a reconnect may repeat some
			for (const entry of fresh) {
				my.after = entry.seq;
				if (entry.key) settle(entry.key);
				if (entry.owner && entry.seq > welcomed) my.owner = entry.owner;
			}
			tell.entries(fresh);
		} else if (type === 'typing') tell.typing(message);
		else if (type === 'error') refuse(message);
	}

	function refuse({ code, key, message }) {
		const item = outbox.get(key);
		if (code === 'unknown_conversation') {
			drawer.drop('who');
			my.after = my.history = seen = 0;
			for (const one of outbox.values()) if (one.button) settle(one.key); // buttons are gone as well
			tell.reset();
			return hello();
		}
		// Of these, sending again would change nothing.
		if (['too_long', 'empty', 'unknown_button'].includes(code)) settle(key);
		else if (item) item.failed = true;
		tell.refused(message, code, item);
	}

	return my;
}

/** An element 'tag.class'; a function among its attributes listens to the event of that name. */
const make = (kind, attributes = {}, ...children) => {
	const [tag, style = ''] = kind.split('.');
	const element = document.createElement(tag);
	element.className = style;
	for (const [name, value] of Object.entries(attributes)) {
		if (typeof value === 'function') element.addEventListener(name, value);
		else element.setAttribute(name, value);
	}
	element.append(...children);
	return element;
};

const link = (href, text) => make('a', { href, target: '_blank', rel: 'noopener' }, text);

const icon = path => {
	const [svg, line] = ['svg', 'path'].map(tag => document.createElementNS('http://www.w3.org/2000/svg', tag));
	svg.setAttribute('viewBox', '0 0 24 24');
	svg.setAttribute('aria-hidden', 'true');
	line.setAttribute('d', path);
	svg.append(line);
	return svg;
};

/** Builds the chat inside `host`; returns what the page may do with it. */
function draw(host) {
	const set = host.dataset;
	const yes = name => name in set && set[name] !== 'false';
	const base = new URL(set.server || SCRIPT?.src || '.', document.baseURI);
	const at = path => new URL(path, base);
	const language = set.language || document.documentElement.lang || 'en';
	const words = ContactCentreChat.words[language.split('-')[0]];
	const w = { ...ENGLISH, ...words };
	const drawer = cupboard(`contact-centre-chat ${base.origin} `);
	const phone = matchMedia('(max-width: 30em), (max-height: 26em)'); // the same as in widget.css
	const items = new Map(); // key or seq -> {entry, seq, node}; seq is Infinity until acknowledged
	let mark = 0; // entries up to here are history on the screen and stay silent
	let agent, gentle, typing, delay, misses = 0;

	const tool = (label, path, click, kind = 'tool') =>
		make(`button.${kind}`, { title: label, click }, icon(path));
	const badge = make('span.badge', { 'aria-hidden': true });
	const launcher = make('button.launcher', { click: () => open() },
		icon('M4 5h16v11H9l-5 4zM8 9h8M8 12h5'), make('span', {}, w.launch), badge);
	const outside = make('p.unseen', { role: 'status' });
	const heading = make('h2', { id: 'title', tabindex: -1 }, set.title || w.title);
	const state = make('p');
	const larger = tool(w.gentle, 'M3 19 9 5l6 14M5 14h8M19 8v8M15 12h8', () => {
		enlarge(!gentle);
		drawer.save('gentle', gentle);
	});
	const banner = make('p.banner', { role: 'status' });
	const past = make('div');
	const log = make('div', { role: 'log', 'aria-label': w.log, 'aria-live': 'polite', 'aria-relevant': 'additions' });
	const dots = make('p.typing', { hidden: '' });
	const scroller = make('div.scroller', { role: 'region', 'aria-label': w.log, tabindex: 0, scroll: () => { newer.hidden ||= atEnd(); } },
		make('div.intro', {}, make('p.lead', {}, w.hello), make('p', {}, w.intro)), past, log, dots);
	const newer = make('button.newer', { hidden: '', click: () => toEnd() }, w.newer);
	const notice = make('p.notice', { role: 'alert' });
	const box = make('textarea', {
		rows: 1, placeholder: w.box, 'aria-label': w.box, 'aria-describedby': 'count', dir: 'auto', enterkeyhint: 'send',
		input() { measure(); if (box.value.trim()) chat.typing(); },
		keydown(event) { // while an input method composes, Enter picks a word; Safari then sends a 229
			if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
			event.preventDefault();
			submit();
		},
	});
	const clip = tool(w.attach, 'M19 12l-7 7a4 4 0 0 1-6-6l8-8a3 3 0 0 1 4 4l-8 8', () => attach());
	const compose = make('div.compose', {}, clip, box, tool(w.send, 'M4 12 20 4l-5 16-4-6zM11 14l9-10', submit, 'send'));
	const count = make('span.count', { id: 'count' });
	const person = make('button.person', { click: () => person.ariaDisabled === 'true' || pending(chat.say(w.ask)) },
		icon('M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21c0-4 3.5-6 8-6s8 2 8 6'), make('span'));
	const panel = make('dialog', { 'aria-labelledby': 'title', cancel(event) { event.preventDefault(); close(); } },
		make('header', {}, make('div', {}, heading, state), larger,
			tool(w.save, 'M12 4v11M7 11l5 5 5-5M4 20h16', () => save()), tool(w.close, 'M6 6l12 12M18 6 6 18', () => close())),
		banner, make('div.middle', {}, scroller, newer), notice,
		compose,
		make('footer', {}, person, count));
	const root = make('div.root', { lang: words ? language : 'en', hidden: '' }, launcher, outside, panel);
	const load = () => { root.hidden = false; }; // not before the style is there
	host.attachShadow({ mode: 'open' }).append(make('link', { rel: 'stylesheet', href: at('widget.css'), load, error: load }), root);

	// opening

	const show = () => (phone.matches ? panel.showModal() : panel.show()); // a full screen hides the page: modal

	function open() {
		if (panel.open) return;
		show();
		opened();
		(matchMedia('(pointer: coarse)').matches ? heading : box).focus(); // no keyboard over the greeting
	}

	function opened() {
		launcher.hidden = true;
		mark = chat.after; // what came meanwhile is not read out in one go
		for (const item of items.values()) if (item.seq <= mark) place(item);
		chat.connect();
		fit();
		seen();
	}

	function close() {
		if (!panel.open) return;
		const inside = host.shadowRoot.activeElement;
		panel.close();
		launcher.hidden = false;
		if (inside) launcher.focus();
	}

	/** Opens with words that the customer may change. */
	function prefill(text) {
		open();
		box.value = text;
		measure();
		box.focus();
	}

	/** Keeps the box above an on-screen keyboard. */
	function fit() {
		panel.style.setProperty('--height', `${visualViewport.height}px`);
		panel.style.setProperty('--top', `${visualViewport.offsetTop}px`);
		toEnd();
	}

	const atEnd = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 90;
	const toEnd = () => {
		scroller.scrollTop = scroller.scrollHeight;
		newer.hidden = true;
	};

	function enlarge(on) {
		gentle = on;
		root.classList.toggle('gentle', on);
		larger.ariaPressed = on;
		toEnd();
	}

	// writing

	function measure() {
		const length = [...box.value].length;
		const over = length > LIMIT;
		count.textContent = length > LIMIT * 0.9 ? fill(w.count, length.toLocaleString(language), LIMIT.toLocaleString(language)) : '';
		count.classList.toggle('over', over);
		box.ariaInvalid = over;
		if (!over) notice.textContent = '';
		box.style.height = 'auto';
		box.style.height = `${box.scrollHeight + 2}px`;
	}

	function submit() {
		const text = box.value.trim();
		const over = [...text].length - LIMIT;
		if (over > 0) notice.textContent = fill(w.long, over);
		else if (text) {
			box.value = '';
			measure();
			pending(chat.say(text));
		}
	}

	function pending(own) {
		const item = { entry: { ...own, author: 'customer', kind: 'message' }, seq: Infinity, own };
		items.set(own.key, item);
		render(item);
		status();
		toEnd();
	}

	// hearing

	const chat = converse(at('chat/ws').href.replace('http', 'ws'), drawer, () => ({
		identity_token: set.identityToken, visit: set.visit, talk: set.talk,
		context: { page_title: title().slice(0, 300), page_url: bare(location.href), referrer: bare(document.referrer), language, gentle },
	}), {
		state: status,
		entries(fresh) {
			const follow = atEnd();
			fresh.forEach(take);
			if (follow) toEnd(); else newer.hidden = !fresh.length;
			status();
		},
		ack(key, seq) {
			const item = items.get(key);
			if (!item || item.seq === seq) return;
			item.seq = seq;
			place(item);
			status();
		},
		typing: write,
		refused(message, code, item) {
			if (item && !item.failed) {
				items.get(item.key)?.node.remove();
				items.delete(item.key);
				if (code === 'too_long') box.value = [item.text, box.value].join('\n').trim();
				measure();
			}
			notice.textContent = message;
			status();
		},
		reset() {
			items.clear();
			past.replaceChildren();
			log.replaceChildren(make('p.system', {}, w.restart));
			mark = 0;
			drawer.drop('read');
			for (const item of chat.outbox.values()) pending(item);
		},
	});

	function take(entry) {
		const { key, seq, author } = entry;
		mark = Math.max(mark, chat.history);
		if (author !== 'customer') write();
		if ([author, entry.owner].includes('agent')) agent = entry.name ?? agent;
		if (entry.custom?.gentle && drawer.load('gentle') === null) enlarge(true);
		if (!content(entry)) return;
		const item = items.get(key) ?? {};
		const { node, entry: mine } = item;
		items.set(key ?? seq, Object.assign(item, { entry, seq }));
		if (node && mine.text === entry.text) { // it stays, so that it is not read out twice
			item.meta.firstChild.replaceWith(stamp(entry)); // the server's clock counts
			place(item);
		} else {
			node?.remove();
			render(item);
		}
		if (entry.custom?.expects === 'file' && seq > mark) attach(true);
		if (incoming(item) && seq > mark && !panel.open) outside.textContent = fill(w.fresh, speaker(entry));
	}

	const incoming = ({ entry }) => entry.kind === 'message' && ['bot', 'agent'].includes(entry.author);
	const speaker = ({ author, name }) => (author === 'agent' ? name ?? agent : w[author]) ?? w.agent;
	const content = ({ text, owner, name }) => text || fill(w.owner[owner] ?? '', name ?? agent ?? w.agent);

	function render(item) {
		const { entry } = item;
		const { author, custom, buttons } = entry;
		if (author === 'system' && !buttons) {
			item.node = make('p.system', { dir: 'auto' }, content(entry));
			return place(item);
		}
		const bubble = make('div.bubble', { dir: 'auto' }, make('p', {}, ...linked(entry)));
		if (custom?.article) {
			const href = at(`articles/${encodeURIComponent(custom.article)}`);
			bubble.append(make('p.source', {}, `${w.source}: `, link(href, custom.article.replaceAll('_', ' '))));
		}
		item.node = make(`article.${author}`, {}, make('p.who', {}, speaker(entry)), bubble);
		if (buttons) {
			const press = ({ target }, { id, title }) => {
				target.className = 'chosen';
				pending(chat.say(title, id));
				box.focus(); // the set is disabled now and would lose the focus
			};
			item.choices = make('fieldset', {}, make('legend.unseen', {}, w.choices),
				...buttons.map(button => make('button', { click: event => press(event, button) }, button.title)));
			item.node.append(item.choices);
		}
		item.mail = make('span');
		item.meta = make('p.meta', { 'aria-live': 'off' }, stamp(entry), item.mail);
		item.node.append(item.meta);
		place(item);
	}

	function stamp({ at }) {
		const time = new Date(at);
		const old = time.toDateString() !== new Date().toDateString();
		return make('time', { datetime: at }, time.toLocaleString(language, { dateStyle: old ? 'medium' : undefined, timeStyle: 'short' }));
	}

	/** Only our own addresses become links. */
	const linked = ({ text = '', author }) => text.split(/(https?:\/\/\S*[\w/=-])/).map((part, n) =>
		n % 2 && author !== 'customer' && part.startsWith(`${base.origin}/`) ? link(part, part) : part);

	/** Puts an item where it belongs, unless it is there: what moves is read out again. */
	function place({ node, seq, entry }) {
		const area = seq <= mark ? past : log;
		const next = [...area.children].find(other => other !== node && other.seq > seq) ?? null;
		node.seq = seq;
		node.who = node.matches('article') && speaker(entry);
		if (node.parentNode !== area || node.nextSibling !== next) area.insertBefore(node, next);
		for (const one of [node, next]) one?.classList.toggle('follows', !!one.who && one.previousSibling?.who === one.who);
	}

	/** Shows who is writing, or nobody. */
	function write({ author, seconds = 5 } = {}) {
		const follow = atEnd();
		clearTimeout(typing);
		dots.hidden = !author;
		dots.textContent = fill(w.typing, speaker({ author }));
		if (follow) toEnd();
		if (author) typing = setTimeout(write, seconds * 1000);
	}

	// standing

	function status() {
		const { ready, owner } = chat;
		const line = ['queued', 'offered'].includes(owner);
		const about = owner === 'agent' ? fill(w.with, agent ?? w.agent) : line ? w.line : '';
		state.textContent = ready ? about || w.ready : w.connecting;
		person.ariaDisabled = !!about;
		person.lastChild.textContent = about || w.person;
		const all = [...items.values()];
		// A set of choices is over once the customer has answered, by pressing or by writing.
		const answered = Math.max(...all.filter(({ entry }) => entry.author === 'customer').map(({ seq }) => seq));
		for (const { choices, seq, entry, own, mail } of all) {
			if (choices) choices.disabled = seq < answered && !(line && entry.custom?.position);
			if (entry.author !== 'customer') continue;
			const word = seq < Infinity ? 'sent' : own.failed ? 'failed' : ready ? 'sending' : 'waiting';
			if (mail.className === word) continue;
			mail.className = word;
			mail.replaceChildren(w[word]);
			const click = () => { chat.retry(own); status(); box.focus(); };
			if (word === 'failed') mail.append(' ', make('button', { click }, w.again));
		}
		clearTimeout(delay);
		if (ready) banner.textContent = '', delete set.visit, delete set.talk; // told
		else if (chat.started) delay = setTimeout(() => { banner.textContent = w.lost; }, navigator.onLine ? 2000 : 0); // not for a short gap
		seen();
	}

	function seen() {
		if (panel.open && !document.hidden && chat.after) {
			if (chat.after > drawer.load('read')) drawer.save('read', chat.after);
			chat.read(chat.after);
			outside.textContent = '';
		}
		const read = drawer.load('read');
		const unread = [...items.values()].filter(item => incoming(item) && item.seq > read).length;
		badge.textContent = unread || '';
		launcher.ariaLabel = unread ? `${w.launch}, ${fill(w.unread, unread)}` : w.launch;
		const wanted = (unread ? `(${unread}) ` : '') + title();
		if (document.title !== wanted) document.title = wanted;
	}

	/** An address without its query, which may hold what is private. */
	const bare = address => address.split(/[?#]/)[0].slice(0, 2000);
	const title = () => document.title.replace(/^\(\d+\) /, '');

	/** Runs a module that few need; after a failure under another address, for the same is not asked for again. */
	const extra = (name, ...details) => import(at(`${name}.js?${misses}`)).then(
		module => module.default(...details), () => { misses++; notice.textContent = w.lost; });
	const attach = quiet => extra('attach', { make, at, w, compose, clip, box, drawer }, quiet);
	const save = () => extra('transcript', heading.textContent, items, speaker, content, w.failed, language, make);

	// life

	const on = (target, types, act) => types.split(' ').forEach(type =>
		target.addEventListener(type, event => { if (host.isConnected) act(event); }));
	on(window, 'online pageshow', chat.wake);
	on(window, 'offline', chat.drop);
	on(window, 'storage', seen); // read in another tab
	on(document, 'visibilitychange', () => { if (!document.hidden) chat.wake(), seen(); });
	on(document, 'keydown', event => { if (event.key === 'Escape' && !event.defaultPrevented && !event.isComposing) close(); });
	on(phone, 'change', () => {
		if (!panel.open) return;
		const inside = host.shadowRoot.activeElement;
		panel.close();
		show();
		inside?.focus();
		fit();
	});
	on(visualViewport, 'resize scroll', () => { if (phone.matches && panel.open) fit(); });

	enlarge(drawer.load('gentle') ?? yes('gentle'));
	for (const item of chat.outbox.values()) pending(item);
	status();
	if (yes('open') && !phone.matches) {
		panel.setAttribute('open', ''); // show() would take the page's focus
		opened();
	}
	return { open, close, prefill, start() { if (chat.known) chat.connect(); }, stop: chat.stop };
}

class ContactCentreChat extends HTMLElement {
	static words = { en: ENGLISH }; // a page may add languages; what one leaves out stays English
	connectedCallback() {
		if (!this.shadowRoot) Object.assign(this, draw(this));
		this.start();
	}
	disconnectedCallback() { this.stop(); }
}

if (customElements.get('contact-centre-chat')) return;
customElements.define('contact-centre-chat', ContactCentreChat);
const embed = () => {
	const host = make('contact-centre-chat');
	Object.assign(host.dataset, SCRIPT.dataset);
	if (!document.querySelector('contact-centre-chat')) document.body.append(host);
};
if (SCRIPT && document.readyState === 'complete') embed();
else if (SCRIPT) for (const when of ['DOMContentLoaded', 'load']) addEventListener(when, embed);
})();
