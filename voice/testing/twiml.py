"""TwiML as Twilio reads it: a document becomes verbs; what Twilio would not know is an error.

Pure. Only what a telephone line of a contact centre uses; messages, video, payments are left out.
"""

import re
import xml.etree.ElementTree as ET  # the centre's own answers, without document types
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

ACTION = frozenset({"action", "method"})
_CALLBACK = frozenset({"statusCallback", "statusCallbackMethod", "statusCallbackEvent"})
_RECORDED = frozenset(
    {"recordingStatusCallback", "recordingStatusCallbackMethod", "recordingStatusCallbackEvent"}
)
_AMD = frozenset(
    {
        "machineDetection",
        "machineDetectionTimeout",
        "machineDetectionSpeechThreshold",
        "machineDetectionSpeechEndThreshold",
        "machineDetectionSilenceTimeout",
        "amdStatusCallback",
        "amdStatusCallbackMethod",
    }
)
_SAY = frozenset({"voice", "language", "loop"})

ATTRIBUTES: Mapping[str, frozenset[str]] = {
    "Connect": ACTION,
    "Dial": ACTION
    | _RECORDED
    | {"timeout", "callerId", "record", "trim", "hangupOnStar", "timeLimit", "answerOnBridge", "ringTone"},
    "Enqueue": ACTION | {"waitUrl", "waitUrlMethod", "workflowSid"},
    "Gather": ACTION
    | {"input", "numDigits", "timeout", "finishOnKey", "actionOnEmptyResult", "language", "hints"}
    | {"speechTimeout", "partialResultCallback", "enhanced", "speechModel", "profanityFilter"},
    "Hangup": frozenset(),
    "Leave": frozenset(),
    "Pause": frozenset({"length"}),
    "Play": frozenset({"loop", "digits"}),
    "Record": ACTION
    | _RECORDED
    | {"timeout", "finishOnKey", "maxLength", "playBeep", "trim", "transcribe", "transcribeCallback"},
    "Redirect": frozenset({"method"}),
    "Reject": frozenset({"reason"}),
    "Say": _SAY,
    "Start": frozenset({"action", "method"}),
    "Stop": frozenset(),
}
"""The verbs and what may be written on them."""

NOUNS: Mapping[str, Mapping[str, frozenset[str]]] = {
    "Connect": {"Stream": _CALLBACK | {"url", "name", "track"}},
    "Stream": {"Parameter": frozenset({"name", "value"})},
    "Dial": {
        "Number": _CALLBACK | _AMD | {"url", "method", "sendDigits", "byoc"},
        "Client": _CALLBACK | {"url", "method"},
        "Queue": frozenset({"url", "method", "reservationSid", "postWorkActivitySid"}),
    },
    "Client": {"Identity": frozenset(), "Parameter": frozenset({"name", "value"})},
    "Gather": {"Say": _SAY, "Play": frozenset({"loop", "digits"}), "Pause": frozenset({"length"})},
    "Start": {"Recording": _RECORDED | {"track", "channels", "trim"}},
    "Stop": {"Recording": frozenset()},
    "Enqueue": {"Task": frozenset({"priority", "timeout"})},
}
"""What may stand inside what."""

_TEXTS = frozenset(
    {"Say", "Play", "Redirect", "Enqueue", "Dial", "Number", "Client", "Queue", "Identity", "Task"}
)
_PARAMETER_CHARACTERS = 500
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class TwimlError(Exception):
    """Twilio would end the call over this document."""

    def __init__(self, code: int, problem: str) -> None:
        """`code` as in Twilio's list of errors."""
        super().__init__(f"{code}: {problem}")
        self.code = code
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Verb:
    """One verb, or a noun inside one."""

    name: str
    attributes: Mapping[str, str]
    text: str
    nouns: tuple["Verb", ...]

    def get(self, name: str, otherwise: str = "") -> str:
        """An attribute."""
        return self.attributes.get(name, otherwise)

    def seconds(self, name: str, otherwise: float) -> float:
        """An attribute that is a number of seconds."""
        value = self.attributes.get(name)
        return float(value) if value is not None else otherwise


def read(document: bytes) -> list[Verb]:
    """The verbs of a document.

    Raises:
        TwimlError: what the document is not.
    """
    if not document.strip():
        return []
    if b"<!DOCTYPE" in document or b"<!ENTITY" in document:
        raise TwimlError(12100, "a document type")
    try:
        root = ET.fromstring(document)  # noqa: S314 - the centre's own answer, no entities (above)
    except ET.ParseError as error:
        raise TwimlError(12100, f"no XML: {error}") from error
    if root.tag != "Response":
        raise TwimlError(12102, f"the root is <{root.tag}>")
    return [_verb(element, ATTRIBUTES, "Response") for element in root]


def _verb(element: ET.Element, known: Mapping[str, frozenset[str]], inside: str) -> Verb:
    if element.tag not in known:
        raise TwimlError(12200, f"<{element.tag}> in <{inside}>")
    strange = set(element.attrib) - known[element.tag]
    if strange:
        raise TwimlError(12200, f"<{element.tag}> with {sorted(strange)}")
    text = (element.text or "").strip()
    if text and element.tag not in _TEXTS:
        raise TwimlError(12200, f"text in <{element.tag}>")
    nouns = tuple(_verb(noun, NOUNS.get(element.tag, {}), element.tag) for noun in element)
    verb = Verb(element.tag, dict(element.attrib), text, nouns)
    _check(verb)
    return verb


def _check(verb: Verb) -> None:
    if verb.name == "Stream":
        address = urlsplit(verb.get("url"))
        # Twilio never reaches a loopback address, so what it would say of `ws` there is no fault.
        near = address.scheme == "ws" and address.hostname in _LOOPBACK
        if not (address.scheme == "wss" or near) or address.query:
            raise TwimlError(31920, f"a stream needs wss:// and no query: {verb.get('url')}")
    if verb.name == "Parameter" and len(verb.get("name") + verb.get("value")) >= _PARAMETER_CHARACTERS:
        raise TwimlError(12200, "a <Parameter> of 500 characters or more")
    if verb.name == "Connect" and len(verb.nouns) != 1:
        raise TwimlError(12200, "<Connect> needs one <Stream>")
    if verb.name == "Dial" and len([noun for noun in verb.nouns if noun.name == "Number"]) > 10:
        raise TwimlError(13200, "more than ten <Number>")
    if verb.name == "Play" and not (verb.text or verb.get("digits")):
        raise TwimlError(12200, "<Play> of nothing")
    if verb.name == "Say" and not verb.text:
        raise TwimlError(13520, "<Say> of nothing")
    if verb.name == "Number" and not re.fullmatch(r"\+?[0-9() .-]{2,25}", verb.text):
        raise TwimlError(13223, f"no telephone number: {verb.text}")
    for name in ("timeout", "length", "timeLimit", "maxLength", "numDigits"):
        value = verb.get(name)
        if value and not (value.isdigit() or (verb.name == "Gather" and value == "auto")):
            raise TwimlError(12200, f"{name}={value!r} is no whole number")
