/* The soft-phone: a telephone call to the demonstration from this page. What is heard and spoken goes as 8 kHz
   mu-law over one socket (docs/phone.md). Nothing is built before the page is there, nothing sounds before "Call". */
const WORDS = {
  ready: 'Ready to call.',
  connecting: 'Connecting…',
  ringing: 'Ringing…',
  connected: 'Connected.',
  'with the bot': 'Connected: the assistant is on the line.',
  waiting: 'Waiting for a person…',
  'ringing an agent': 'A person’s telephone is ringing…',
  'with an agent': 'A person is on the line.',
  ended: 'The call has ended.',
  lost: 'The line is broken. Please call again.',
  unreachable: 'The telephone cannot be reached. It works on the machine that runs the demonstration.',
};
const KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#'];
const KEY_NAMES = { '*': 'star', '#': 'hash' };

function make(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key in element) element[key] = value;
    else element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}

class SoftPhone {
  #socket = null;
  #audio = null;
  #ear = null;
  #microphone = null;
  #status = make('p', { className: 'phone-status', role: 'status' }, WORDS.ready);
  #call = make('button', { type: 'button', className: 'primary' }, 'Call');
  #hangUp = make('button', { type: 'button', className: 'secondary', disabled: true }, 'Hang up');
  #talk = make('button', { type: 'button', className: 'secondary', disabled: true, 'aria-pressed': 'false' }, 'Use microphone');
  #line = make('input', { id: 'phone-line', maxLength: 300, autocomplete: 'off', disabled: true });
  #speak = make('button', { className: 'secondary', disabled: true }, 'Say it');
  #keys = make('fieldset', { className: 'phone-keys', disabled: true }, make('legend', {}, 'Keypad'));
  #heard = make('ul', { className: 'phone-heard' });

  constructor(place) {
    const form = make('form', { className: 'phone-line' },
      make('label', { htmlFor: 'phone-line' }, 'No microphone? Type, and it is spoken for you'), this.#line, this.#speak);
    for (const digit of KEYS) {
      const key = make('button', { type: 'button', 'aria-label': `Key ${KEY_NAMES[digit] ?? digit}` }, digit);
      key.addEventListener('click', () => this.#press(digit));
      this.#keys.append(key);
    }
    const region = make('section', { className: 'phone', 'aria-labelledby': 'phone-title' },
      make('h3', { id: 'phone-title' }, 'Call from this page'), this.#status,
      make('div', { className: 'phone-buttons' }, this.#call, this.#hangUp, this.#talk),
      form, this.#keys, this.#heard);
    place.append(region);
    this.#call.addEventListener('click', () => this.#dial());
    this.#hangUp.addEventListener('click', () => this.#send({ type: 'hang_up' }));
    this.#talk.addEventListener('click', () => this.#microphone ? this.#close() : this.#open());
    form.addEventListener('submit', event => {
      event.preventDefault();
      if (this.#line.value.trim()) this.#send({ type: 'say', text: this.#line.value.trim() });
      this.#line.value = '';
    });
    region.addEventListener('keydown', event => {
      if (event.target === this.#line || event.ctrlKey || event.altKey || event.metaKey) return;
      if (KEYS.includes(event.key) && !this.#keys.disabled) this.#press(event.key);
    });
  }

  async #dial() {
    this.#call.disabled = true;
    this.#say('connecting');
    this.#heard.replaceChildren();
    try {
      await this.#listen();
    } catch {
      this.#note('This browser cannot play the call; it goes on without sound.');
    }
    const address = new URL('/demo/phone/ws', location.href);
    address.protocol = address.protocol.replace('http', 'ws');
    const socket = new WebSocket(address);
    socket.binaryType = 'arraybuffer';
    let reached = false;
    socket.onopen = () => {
      reached = true;
      this.#socket = socket;
      this.#send({ type: 'call' });
      this.#enable(true);
      this.#hangUp.focus();
    };
    socket.onmessage = ({ data }) => {
      if (data instanceof ArrayBuffer) this.#ear?.port.postMessage(data, [data]);
      else this.#take(JSON.parse(data));
    };
    socket.onclose = () => this.#over(reached ? 'lost' : 'unreachable');
  }

  async #listen() {
    if (this.#audio) {
      await this.#audio.resume();
      return;
    }
    const audio = new AudioContext({ latencyHint: 'interactive' });
    await audio.audioWorklet.addModule('/demo/phone_audio.js');
    this.#ear = new AudioWorkletNode(audio, 'ear', { numberOfInputs: 0, outputChannelCount: [1] });
    this.#ear.connect(audio.destination);
    this.#audio = audio;
  }

  #take(frame) {
    if (frame.type === 'state') {
      if (frame.state === 'ended') this.#over('ended');
      else this.#say(frame.state);
    } else if (frame.type === 'spoken') this.#note(`You: ${frame.text}`);
    else if (frame.type === 'announced') this.#note(`Announcement: ${frame.text}`);
    else if (frame.type === 'error') this.#note(frame.message);
  }

  #over(why) {
    const socket = this.#socket;
    if (!socket && why !== 'unreachable') return;
    this.#socket = null;
    socket?.close();
    this.#close();
    const here = document.activeElement;
    const inside = here === document.body || here?.closest('.phone');
    this.#enable(false);
    this.#say(why);
    if (inside) this.#call.focus({ preventScroll: true });
  }

  async #open() {
    if (!this.#audio) return;
    const sound = { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true };
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: sound });
      if (!this.#socket) {
        stream.getTracks().forEach(track => track.stop());
        return;
      }
      const mouth = new AudioWorkletNode(this.#audio, 'mouth', { numberOfOutputs: 0 });
      mouth.port.onmessage = ({ data }) => {
        if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(data);
      };
      const source = this.#audio.createMediaStreamSource(stream);
      source.connect(mouth);
      this.#microphone = { stream, source, mouth };
    } catch {
      this.#note('The microphone is not available. You can type instead.');
      return;
    }
    this.#talk.setAttribute('aria-pressed', 'true');
  }

  #close() {
    if (!this.#microphone) return;
    const { stream, source, mouth } = this.#microphone;
    source.disconnect();
    mouth.port.onmessage = null;
    stream.getTracks().forEach(track => track.stop());
    this.#microphone = null;
    this.#talk.setAttribute('aria-pressed', 'false');
  }

  #press(digit) {
    this.#send({ type: 'key', digit });
  }

  #send(frame) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(frame));
  }

  #enable(calling) {
    this.#call.disabled = calling;
    for (const element of [this.#hangUp, this.#talk, this.#line, this.#speak, this.#keys]) element.disabled = !calling;
  }

  #say(state) {
    this.#status.textContent = WORDS[state] ?? state;
  }

  #note(text) {
    this.#heard.append(make('li', {}, text));
  }
}

const place = document.getElementById('soft-phone');
if (place) new SoftPhone(place);
