"""Writes a model as the folder that Vosk loads: net, graph, words, settings.

Decides nothing about what is heard. The settings here were chosen with an eye on the voices that it is
measured with; docs/benchmarks.md says so beside the figures.
"""

from pathlib import Path

from voice.speech_model.features import mfcc_conf
from voice.speech_model.graph import SILENCE, Costs, decoding_graph, kaldi_phones
from voice.speech_model.kaldi_files import acoustic_model, symbols
from voice.speech_model.language import Language
from voice.speech_model.lexicon import dictionary
from voice.speech_model.training import Net

_PRIOR_POWER = 0.5
"""How far rare phones are helped: 0 not at all, 1 as much as they are rarer."""

_SETTINGS = {
    "min-active": "200",
    "max-active": "2500",
    "beam": "12.0",
    "lattice-beam": "4.0",
    "acoustic-scale": "0.35",
    "frame-subsampling-factor": "3",
    "frames-per-chunk": "21",
    "endpoint.silence-phones": str(SILENCE),
    "endpoint.rule2.min-trailing-silence": "0.5",
    "endpoint.rule3.min-trailing-silence": "1.0",
    "endpoint.rule4.min-trailing-silence": "2.0",
}


def write(folder: Path, net: Net, language: Language, costs: Costs) -> None:
    """Write the model into an empty or missing folder."""
    for name in ("am", "conf", "graph/phones"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    phones = kaldi_phones()
    names = ("<eps>", *language.words)
    numbers = {word: number for number, word in enumerate(names)}
    graph = decoding_graph(language, dictionary(), numbers, costs)
    (folder / "am" / "final.mdl").write_bytes(acoustic_model(net, [of for _, of, _ in phones], _PRIOR_POWER))
    (folder / "graph" / "HCLG.fst").write_bytes(graph.written())
    (folder / "graph" / "words.txt").write_text(symbols(names))
    places = "".join(f"{number} {place}\n" for number, (_, _, place) in enumerate(phones, 1))
    (folder / "graph" / "phones" / "word_boundary.int").write_text(places)
    (folder / "conf" / "mfcc.conf").write_text(mfcc_conf())
    settings = "".join(f"--{name}={value}\n" for name, value in _SETTINGS.items())
    (folder / "conf" / "model.conf").write_text(settings)
