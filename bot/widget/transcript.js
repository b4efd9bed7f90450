/* The conversation as a text file; widget.js loads it when it is wanted. */

/** Saves all entries, in order, under `title` on the customer's device. */
export default function save(title, items, speaker, content, unsent, language, make) {
	const lines = [...items.values()].sort((a, b) => (a.seq < b.seq ? -1 : 1)).map(({ entry, seq }) =>
		`[${new Date(entry.at).toLocaleString(language)}] ${speaker(entry)}: ${content(entry)} ${seq < Infinity ? '' : unsent}`);
	const href = URL.createObjectURL(new Blob([[title, ...lines, ''].join('\r\n')], { type: 'text/plain' }));
	make('a', { href, download: `chat-${new Date().toISOString().slice(0, 10)}.txt` }).click();
	setTimeout(() => URL.revokeObjectURL(href), 9999);
}
