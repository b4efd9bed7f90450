/* Handing in files; widget.js loads it when it is first wanted. A sheet above the box says what may be sent,
   sends one file after the other and keeps what a bad line stopped: sent again under its key, it is one file. */

const ENGLISH = { // $ stands for a name or a number
	fileTitle: 'Send a photo or a PDF', fileKinds: 'Photos (JPEG, PNG, HEIC) or PDF.',
	fileLimits: 'Photos (JPEG, PNG, HEIC) or PDF, up to $ MB each.',
	fileChoose: 'Choose files', fileClose: 'Close', fileSending: 'Sending $', fileSent: '$ was sent.',
	fileLarge: '$ is too large: up to $ MB fit. A photo is enough.',
	fileWrong: '$ is neither a photo (JPEG, PNG, HEIC) nor a PDF.',
	fileBroken: '$ could not be sent, the connection is bad. It is kept here.',
	fileEarly: 'The chat is not connected yet. Please try again in a moment.',
	fileWaiting: 'Waiting', fileRetrying: 'Bad connection, trying again', fileAgain: 'Try again', fileRemove: 'Remove $',
};
const PAUSES = [1000, 3000, 8000]; // ms before a file is tried again by itself
const STALLED = 30_000; // ms without progress: the line is dead

const fill = (words, ...values) => words.replace(/\$/g, () => values.shift());

let sheet; // one for each widget, and one widget for each page

/** Shows the sheet; `quiet` leaves the focus where it is, because the customer did not ask for it. */
export default function attach(chat, quiet) {
	sheet ??= build(chat);
	sheet.open(quiet);
}

function build({ make, at, w: words, drawer, compose, clip: opener, box }) {
	const w = { ...ENGLISH, ...words };
	const queue = []; // {file, key, state: waiting | sending | failed}
	let limits, busy, timer;

	const told = make('p', { id: 'file-limits' }, w.fileKinds);
	const input = make('input', { type: 'file', multiple: '', hidden: '', change() {
		for (const file of input.files) add(file);
		input.value = '';
	} });
	const choose = make('button.choose', { 'aria-describedby': 'file-limits', click: () => input.click() }, w.fileChoose);
	const list = make('ul');
	const status = make('p.unseen', { role: 'status' });
	const problem = make('p.problem', { role: 'alert' });
	const node = make('section.sheet', {
		role: 'group', 'aria-labelledby': 'file-title', hidden: '',
		keydown(event) {
			if (event.key !== 'Escape') return;
			event.preventDefault(); // it closes this, not the chat
			close();
		},
	}, make('p.title', { id: 'file-title' }, w.fileTitle), told, list, problem,
		make('div.row', {}, choose, make('button', { click: close }, w.fileClose)), input);
	compose.before(make('link', { rel: 'stylesheet', href: at('attach.css') }), node, status); // heard also when it is closed
	addEventListener('online', again);

	function open(quiet) {
		node.hidden = false;
		opener.ariaExpanded = true;
		if (!quiet) choose.focus();
		ask();
	}

	function close() {
		const inside = node.contains(node.getRootNode().activeElement);
		node.hidden = true;
		opener.ariaExpanded = false;
		if (inside) opener.focus();
	}

	/** Asks the centre for its limits, until it has said them. */
	async function ask() {
		try {
			limits ??= await (await fetch(at('chat/upload'))).json();
			told.textContent = fill(w.fileLimits, limits.megabytes);
			input.accept = [...limits.kinds, '.heic'].join();
		} catch { /* The centre says it when a file is refused. */ }
	}

	function add(file) {
		const fault = unfit(file);
		if (fault) return tell(problem, fault);
		const key = crypto.getRandomValues(new Uint32Array(4)).join('-');
		const item = { file, key, tries: 0, word: make('span.word'), bar: make('progress', { 'aria-label': fill(w.fileSending, file.name), max: 1, value: 0 }) };
		item.row = make('li', {}, make('span.name', { dir: 'auto' }, file.name), item.bar, item.word);
		list.append(item.row);
		queue.push(item);
		tell(problem, '');
		set(item, 'waiting', w.fileWaiting);
		next();
	}

	/** Why a file need not be sent at all. What a browser cannot name is for the centre to judge. */
	function unfit({ name, size, type }) {
		if (limits && size > limits.megabytes * 1e6) return fill(w.fileLarge, name, limits.megabytes);
		if (limits && type && !/hei[cf]$/.test(type) && !limits.kinds.includes(type)) return fill(w.fileWrong, name);
	}

	function tell(line, text) { line.textContent = text; }

	function set(item, state, text, ...more) {
		item.state = state;
		item.word.replaceChildren(text, ...more);
	}

	function next() {
		const item = !busy && queue.find(({ state }) => state === 'waiting');
		if (!item) return;
		const { id, secret } = drawer.load('who') ?? {};
		if (!id) return fail(item, w.fileEarly);
		busy = true;
		set(item, 'sending', '');
		if (!item.tries) tell(status, fill(w.fileSending, item.file.name));
		const request = new XMLHttpRequest(); // fetch() tells no progress
		const alive = () => { clearTimeout(timer); timer = setTimeout(() => request.abort(), STALLED); };
		request.open('POST', at('chat/upload'));
		for (const [name, value] of Object.entries({ 'X-Conversation': id, 'X-Secret': secret, 'X-Key': item.key })) request.setRequestHeader(name, value);
		request.upload.onprogress = ({ loaded, total }) => { alive(); item.bar.value = loaded / total; };
		request.onloadend = () => {
			clearTimeout(timer);
			busy = false;
			finish(item, request);
			next();
		};
		alive();
		request.send(item.file);
	}

	function finish(item, { status: code, responseText }) {
		if (code === 201) {
			drop(item);
			tell(status, fill(w.fileSent, item.file.name));
			if (!queue.length && !problem.textContent) leave();
		} else if (!code || code === 429 || code >= 500) later(item);
		else {
			drop(item); // sent again, it would be refused again
			tell(problem, `${item.file.name}: ${message(responseText)}`);
		}
	}

	function message(text) {
		try { return JSON.parse(text).message; } catch { return w.fileKinds; }
	}

	function later(item) {
		const pause = PAUSES[item.tries++];
		if (!pause) return fail(item, fill(w.fileBroken, item.file.name));
		set(item, 'paused', w.fileRetrying);
		setTimeout(() => { if (item.state === 'paused') set(item, 'waiting', w.fileWaiting), next(); }, pause);
	}

	function fail(item, text) {
		item.bar.value = 0;
		open(true);
		tell(problem, text);
		set(item, 'failed', '',
			make('button.again', { click: () => { revive(item); choose.focus(); next(); } }, w.fileAgain),
			make('button.remove', { click: () => { drop(item); tell(problem, ''); choose.focus(); } }, fill(w.fileRemove, item.file.name)));
	}

	function revive(item) {
		item.tries = 0;
		tell(problem, '');
		set(item, 'waiting', w.fileWaiting);
	}

	/** The network is back: what failed is tried again. */
	function again() {
		for (const item of queue) if (['failed', 'paused'].includes(item.state)) revive(item);
		next();
	}

	function drop(item) {
		queue.splice(queue.indexOf(item), 1);
		item.row.remove();
	}

	/** All is sent: the conversation goes on. */
	function leave() {
		const inside = node.contains(node.getRootNode().activeElement);
		close();
		if (inside) box.focus();
	}

	return { open };
}
