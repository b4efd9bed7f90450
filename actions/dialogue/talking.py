"""Messages outside a form, or that leave one: requests, questions, small talk, what was not understood.

Never a dead end: every answer here offers a way on.
"""

from dataclasses import dataclass

from actions.answers import Found, Index, Kind
from actions.dialogue import asking, clarifying, feedback, filling, gentleness, phrases
from actions.dialogue.desk import Desk
from actions.dialogue.mood import is_angry
from actions.forms.interruption import (
    EMERGENCY,
    SMALL_TALK,
    asks_to_know,
    is_emergency,
    leaves,
    said_cancel,
)
from actions.reply import A_PERSON, Button, intent_button
from actions.services.catalogue import CATALOGUE, TITLES
from actions.utterance import Utterance
from records import ledger
from records.models import Author, ConversationId
from records.models import Kind as EntryKind

SURE_ENOUGH = 0.85
"""Confidence from which, inside a form, a request that only a colleague can carry out is believed."""

CONFIDENT = 0.70
"""Score from which an article answers what was not understood as a question."""

LOOKED_BACK = 50
"""Entries of the ledger in which the last words of the bot are looked for."""

ELSE = intent_button("Something else", "ask_help")

_UNSPOKEN = frozenset({"nlu_fallback", "out_of_scope", "affirm", "deny", "correct_answer", "cancel_task", ""})


@dataclass(frozen=True, slots=True)
class Talk:
    """The part of the dialogue that is not a form."""

    index: Index | None
    """The articles; empty where none are installed."""

    def serve(self, desk: Desk, intent: str, utterance: Utterance) -> bool:
        """Do what an intent stands for; False when it stands for nothing that can be done."""
        if intent == EMERGENCY:
            desk.reply.say(phrases.EMERGENCY, (A_PERSON,))
        elif intent in phrases.HANDED_OVER:
            reason, text = phrases.HANDED_OVER[intent]
            desk.reply.custom["service"] = intent
            desk.hand_over(reason, text)
        elif self._explained(desk, intent, utterance):
            pass
        elif intent in desk.services:
            filling.begin(desk, desk.services[intent], utterance)
        elif intent in CATALOGUE:
            entry = CATALOGUE[intent]
            desk.reply.custom["service"] = entry.code or intent
            desk.hand_over("human_service", phrases.passed_on(entry.title))
        elif intent == "ask_question":
            self._question(desk, utterance)
        elif intent in SMALL_TALK:
            self.small_talk(desk, intent)
        else:
            return False
        return True

    def outside(self, desk: Desk, action: str, utterance: Utterance) -> None:
        """Answer a message while no form is open."""
        if utterance.pressed_field:
            desk.reply.say(phrases.STALE)
            desk.reply.say("What can I do for you?", phrases.HELP_BUTTONS)
            return
        if not utterance.text and not utterance.pressed_intent:
            desk.reply.say(phrases.EMPTY, (A_PERSON,))
            return
        if is_emergency(utterance.text):
            self.serve(desk, EMERGENCY, utterance)
            return
        if said_cancel(utterance) or utterance.intent == "cancel_task":
            desk.reply.say(phrases.NOTHING_TO_CANCEL, phrases.HELP_BUTTONS)
            return
        intent = utterance.pressed_intent or utterance.intent
        # "Agent!" is said by people who want no more guessing.
        if leaves(Utterance(utterance.text), "", free=False, answered=False) == "talk_to_agent":
            intent = "talk_to_agent"
        if action == clarifying.ACTION and intent != "talk_to_agent":
            self._clarify(desk, utterance)
            return
        if action == "action_answer":
            intent = "ask_question"
        if intent == "out_of_scope":
            self._not_understood(desk, utterance)
            return
        if action == "action_fallback" and intent not in phrases.HANDED_OVER:
            intent = "nlu_fallback"
        if not self.serve(desk, intent, utterance):
            self._not_understood(desk, utterance)

    def left(self, desk: Desk, intent: str, utterance: Utterance) -> None:
        """Serve a message that left the open form, then go back to the form."""
        sheet = desk.current
        unbuilt = intent in CATALOGUE and intent not in desk.services and intent not in phrases.HANDED_OVER
        believed = utterance.pressed_intent or utterance.confidence >= SURE_ENOUGH
        known = self._explained(desk, intent, utterance) if unbuilt and not believed else False
        if not known and ((unbuilt and not believed) or not self.serve(desk, intent, utterance)):
            desk.reply.say(phrases.NOT_UNDERSTOOD.strip())
        # A form that was put aside and taken up again in this turn has asked its question already.
        waits = sheet is not None and desk.current is sheet and sheet.version not in desk.begun
        if sheet is not None and waits and intent != "goodbye":
            asking.ask_again(desk, sheet)

    def small_talk(self, desk: Desk, intent: str) -> None:
        """A word of courtesy, a repetition, a slower pace."""
        if intent == "speak_slower":
            gentleness.keep(desk)
        if intent == "repeat_that" and desk.current is None:
            self._repeat(desk)
            return
        buttons = phrases.HELP_BUTTONS if intent == "ask_help" and desk.current is None else ()
        desk.reply.say(phrases.SMALL_TALK[intent], buttons)

    def _repeat(self, desk: Desk) -> None:
        start = max(0, desk.last_seq - LOOKED_BACK)
        rows = ledger.fetch_since(desk.session, ConversationId(desk.conversation_id), start, LOOKED_BACK)
        spoken = [
            row
            for row in rows
            if row.author is Author.BOT and row.kind is EntryKind.MESSAGE and row.body.get("text")
        ]
        if not spoken:
            desk.reply.say(phrases.HELP, phrases.HELP_BUTTONS)
            return
        buttons = tuple(
            Button(str(button["title"]), button["payload"]) for button in spoken[-1].body.get("buttons") or ()
        )
        desk.reply.say(str(spoken[-1].body["text"]), buttons)

    def _question(self, desk: Desk, utterance: Utterance) -> None:
        if feedback.taken(desk, utterance):
            return
        chosen = (utterance.button or {}).get("article")
        if self.index is not None and isinstance(chosen, str):
            found = self.index.quote(chosen, str((utterance.button or {}).get("asked", "")))
        else:
            found = (
                self.index.find(utterance.text, utterance.vector)
                if self.index is not None
                else Found(Kind.NOTHING)
            )
        self._told(desk, found, utterance.text)

    def _explained(self, desk: Desk, intent: str, utterance: Utterance) -> bool:
        """Answer a question about a transaction, or about what only a colleague does, before it is begun."""
        entry = CATALOGUE.get(intent)
        built = intent in desk.services
        if self.index is None or entry is None or (built and not entry.code):
            return False
        if utterance.pressed_intent or not asks_to_know(utterance.text):
            return False
        found = self.index.find(utterance.text, utterance.vector)
        if found.kind is Kind.NOTHING or (found.kind is Kind.OFFER and found.score < CONFIDENT):
            return False
        offer = "Do this now" if built else "Do it with a colleague"
        self._told(desk, found, utterance.text, (intent_button(offer, intent), ELSE))
        return True

    def _told(self, desk: Desk, found: Found, asked: str, follow: tuple[Button, ...] = ()) -> None:
        desk.reply.custom |= {"tier": 2, "service": "ask_question"}
        if found.kind is Kind.ANSWER:
            article = found.articles[0]
            # Inside a form its question comes next, and two rows of buttons would compete.
            votes = feedback.buttons(found) if desk.current is None else ()
            more = f"\n\nYou can also ask: “{found.follow_up}”" if votes and found.follow_up else ""
            desk.reply.say(
                f"{found.passage}\n\nFrom “{article.title}”: /articles/{article.id}{more}", (*follow, *votes)
            )
            desk.reply.custom["article"] = article.id
        elif found.kind is Kind.OFFER:
            buttons = tuple(
                Button(article.title, {"intent": "ask_question", "article": article.id, "asked": asked[:300]})
                for article in found.articles
            )
            desk.reply.say(
                "I have something on these. Which one is closest?", (*buttons, *(follow or (A_PERSON,)))
            )
            desk.reply.custom["article"] = None
        else:
            desk.reply.say(phrases.NOT_KNOWN, (A_PERSON,))
            desk.reply.custom["article"] = None

    def _clarify(self, desk: Desk, utterance: Utterance) -> None:
        if utterance.pressed_intent:
            clarifying.none_of_these(desk)
            return
        options = clarifying.options_of(utterance)
        asks = "ask_question" in options and asks_to_know(utterance.text)
        if asks and self._known(desk, utterance):
            return
        if not options or is_angry(utterance.text):
            self._not_understood(desk, utterance)
        else:
            clarifying.ask(desk, options)

    def _known(self, desk: Desk, utterance: Utterance) -> bool:
        """Answer from an article that clearly fits, whatever the intent was taken for."""
        text = utterance.text
        if self.index is None or len(text) <= 8:
            return False
        found = self.index.find(text, utterance.vector)
        if found.kind is not Kind.ANSWER or found.score < CONFIDENT:
            return False
        self._told(desk, found, text)
        desk.reply.custom["intent"] = "ask_question"
        return True

    def _not_understood(self, desk: Desk, utterance: Utterance) -> None:
        outside = utterance.intent == "out_of_scope"
        if not outside and self._known(desk, utterance):
            return
        count = desk.fallbacks + 1
        desk.changes["fallbacks"] = count
        if is_angry(utterance.text):
            desk.hand_over("anger", phrases.TAKEN_OVER["anger"])
        elif gentleness.holds(desk):
            gentleness.bring_in_a_person(desk)
        elif count >= 2:
            desk.hand_over("two_fallbacks", phrases.TAKEN_OVER["two_fallbacks"])
        else:
            likely = [name for name, _ in utterance.ranking if name in TITLES and name not in _UNSPOKEN][:2]
            buttons = tuple(intent_button(_capital(TITLES[name]), name) for name in likely)
            if outside:
                desk.reply.say(phrases.OUT_OF_SCOPE + phrases.HELP, phrases.HELP_BUTTONS)
            elif buttons:
                desk.reply.say(phrases.DID_YOU_MEAN, (*buttons, A_PERSON))
            else:
                desk.reply.say(phrases.NOT_UNDERSTOOD + phrases.HELP, phrases.HELP_BUTTONS)


def _capital(title: str) -> str:
    return title[:1].upper() + title[1:]
