/* Both ends of a telephone line in the browser's audio thread: 8 kHz mu-law, one byte a sample.
   "mouth" takes the microphone and posts 20 ms at a time; "ear" is posted what is to be heard. */
const RATE = 8000;
const FRAME = 160;
const CUSHION = 640;   // 80 ms gathered before sound begins, so that it does not stutter
const LONGEST = 8000;  // more than a second behind: the oldest is dropped

function encode(sample) {
  const clipped = Math.max(-32635, Math.min(32635, Math.round(sample * 32767)));
  const sign = clipped < 0 ? 0x80 : 0;
  const biased = Math.abs(clipped) + 0x84;
  const exponent = Math.max(0, 31 - Math.clz32(biased) - 7);
  return ~(sign | exponent << 4 | biased >> exponent + 3 & 15) & 0xff;
}

function decode(byte) {
  const code = ~byte & 0xff;
  const magnitude = ((code & 15) << 3) + 0x84 << (code >> 4 & 7);
  return (code & 0x80 ? 0x84 - magnitude : magnitude - 0x84) / 32768;
}

class Mouth extends AudioWorkletProcessor {
  #frame = new Uint8Array(FRAME);
  #filled = 0;
  #sum = 0;
  #count = 0;
  #position = 0;

  process([input]) {
    for (const sample of input[0] ?? []) {
      // The average of what falls into one sample of the line: a filter plain enough for speech.
      this.#sum += sample;
      this.#count += 1;
      this.#position += RATE / sampleRate;
      if (this.#position < 1) continue;
      this.#position -= 1;
      this.#frame[this.#filled++] = encode(this.#sum / this.#count);
      this.#sum = this.#count = 0;
      if (this.#filled === FRAME) {
        this.port.postMessage(this.#frame.slice().buffer);
        this.#filled = 0;
      }
    }
    return true;
  }
}

class Ear extends AudioWorkletProcessor {
  #waiting = [];
  #position = 0;
  #plays = false;

  constructor() {
    super();
    this.port.onmessage = ({ data }) => {
      for (const byte of new Uint8Array(data)) this.#waiting.push(decode(byte));
      if (this.#waiting.length > LONGEST) this.#waiting.splice(0, this.#waiting.length - CUSHION);
    };
  }

  process(_inputs, [output]) {
    const channel = output[0];
    if (!this.#plays) this.#plays = this.#waiting.length >= CUSHION;
    if (!this.#plays) return true;
    for (let index = 0; index < channel.length; index += 1) {
      const before = Math.floor(this.#position);
      if (before + 1 >= this.#waiting.length) {
        this.#plays = false;
        break;
      }
      const share = this.#position - before;
      channel[index] = this.#waiting[before] * (1 - share) + this.#waiting[before + 1] * share;
      this.#position += RATE / sampleRate;
    }
    const done = Math.floor(this.#position);
    this.#waiting.splice(0, done);
    this.#position -= done;
    return true;
  }
}

registerProcessor('mouth', Mouth);
registerProcessor('ear', Ear);
