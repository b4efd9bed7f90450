/* The verification page: asks the device for its passkey, and hands the answer to the centre.
   Nothing is kept here, and nothing from the centre becomes markup. */
'use strict';

const PATH = location.pathname;
const WORDS = {
	sending: 'Sending the code…',
	sent: 'The code is on its way. It can take a minute.',
	checking: 'Checking…',
	right: 'The code is right.',
	device: 'Please follow what your device asks.',
	unable: 'This browser cannot use passkeys. Please open the link in the browser of your phone, or ask for a person in your conversation.',
	stopped: 'Your device did not confirm it. You can try again, or ask for a person in your conversation.',
	lost: 'The connection failed. Please try again.',
	registered: 'Your passkey is set up. You can close this page and go back to your conversation.',
	confirmed: 'Thank you, it is you. You can close this page: your conversation goes on.',
};

const find = selector => document.querySelector(selector);
const state = find('#state');
const problem = find('#problem');

const toBytes = text => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), letter => letter.charCodeAt(0));
const toText = buffer => btoa(String.fromCharCode(...new Uint8Array(buffer)))
	.replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
const withBytes = one => ({ ...one, id: toBytes(one.id) });

/** What went wrong, in words for the customer. */
class Trouble extends Error {}

function tell(words, trouble = '') {
	state.textContent = words;
	problem.textContent = trouble;
}

async function post(act, body = {}) {
	let answer;
	try {
		answer = await fetch(`${PATH}/${act}`, {
			method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body), credentials: 'omit', cache: 'no-store',
		});
		answer = await answer.json();
	} catch {
		throw new Trouble(WORDS.lost);
	}
	if (answer.error) throw new Trouble(answer.message);
	return answer;
}

const optionsFor = {
	register: ({ challenge, user, excludeCredentials = [], ...rest }) => ({
		...rest, challenge: toBytes(challenge), user: withBytes(user), excludeCredentials: excludeCredentials.map(withBytes),
	}),
	step_up: ({ challenge, allowCredentials = [], ...rest }) => ({
		...rest, challenge: toBytes(challenge), allowCredentials: allowCredentials.map(withBytes),
	}),
};

const ask = { register: publicKey => navigator.credentials.create({ publicKey }), step_up: publicKey => navigator.credentials.get({ publicKey }) };

/** The device's answer as JSON. */
function packed({ id, rawId, type, authenticatorAttachment, response }) {
	const fields = { clientDataJSON: toText(response.clientDataJSON) };
	for (const name of ['attestationObject', 'authenticatorData', 'signature', 'userHandle']) {
		if (response[name]) fields[name] = toText(response[name]);
	}
	if (response.getTransports) fields.transports = response.getTransports();
	return { id, rawId: toText(rawId), type, authenticatorAttachment: authenticatorAttachment ?? null, response: fields };
}

async function ceremony(act) {
	if (!window.PublicKeyCredential) throw new Trouble(WORDS.unable);
	const { options } = await post('options');
	tell(WORDS.device);
	let credential;
	try {
		credential = await ask[act](optionsFor[act](options));
	} catch {
		throw new Trouble(WORDS.stopped);
	}
	tell(WORDS.checking);
	return post('answer', { credential: packed(credential) });
}

const show = name => {
	for (const step of document.querySelectorAll('[data-step]')) step.hidden = step.dataset.step !== name;
	find(`[data-step="${name}"] h2`)?.focus();
};

const acts = {
	async send() {
		tell(WORDS.sending);
		await post('send');
		tell(WORDS.sent);
		find('#code').focus();
	},
	async code() {
		tell(WORDS.checking);
		await post('code', { code: find('#code').value });
		tell(WORDS.right);
		show('make');
	},
	async register() {
		const { next } = await ceremony('register');
		if (next) return location.replace(next);
		finish(WORDS.registered);
	},
	async step_up() {
		await ceremony('step_up');
		finish(WORDS.confirmed);
	},
};

function finish(words) {
	for (const step of document.querySelectorAll('[data-step]')) step.hidden = true;
	tell(words);
	find('h1').focus();
}

let busy = false;

/** One act at a time; a button stays where the focus is. */
async function run(act, button) {
	if (busy) return;
	busy = true;
	button?.setAttribute('aria-disabled', 'true');
	try {
		await acts[act]();
	} catch (error) {
		if (!(error instanceof Trouble)) throw error;
		tell('', error.message);
	} finally {
		busy = false;
		button?.removeAttribute('aria-disabled');
	}
}

for (const button of document.querySelectorAll('[data-act]')) button.addEventListener('click', () => run(button.dataset.act, button));
find('#code-step')?.addEventListener('submit', event => {
	event.preventDefault();
	run('code', event.submitter);
});
