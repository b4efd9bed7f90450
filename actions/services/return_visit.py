"""The return visit as a service: the confirmations of the rule, asked one by one in any channel.

No answer is prompted, corrected or argued with; what is not a plain yes goes to a person, word for word.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from actions.forms.service import Answers, Context, Facts, Field, Outcome, Service
from actions.normalise import Choice, Misread
from actions.services.catalogue import CATALOGUE
from actions.services.inquiries import natural
from actions.visits import record
from actions.visits.questions import QUESTIONS, Question, Stance, features_of, stance
from records.models import GIVEN_UP, Conversation, Customer, Policy, ReturnVisit

_UNSURE = "I am not sure"
_CHOICES = (Choice("yes", "Yes"), Choice("no", "No"), Choice(_UNSURE, _UNSURE))
_NONE = Outcome(
    "I find no follow-up that is still to be done under that number. If you have a new policy, a colleague "
    "can look it up for you.",
    natural("talk_to_agent"),
)


def look_up(session: Session, context: Context) -> Mapping[str, Any] | Outcome:
    """The visit that is to be done, and what its product asks for."""
    visit = _visit_of(session, context)
    if visit is None:
        return _NONE
    policy = visit.policy
    features = features_of(
        policy.product.kind,
        participating=policy.product.participating,
        instalments=policy.premium > 0 and policy.frequency != "single",
    )
    return {"visit": f"{visit.id}:{','.join(features)}"}


def _visit_of(session: Session, context: Context) -> ReturnVisit | None:
    linked = session.scalars(
        select(ReturnVisit)
        .join(Policy, Policy.id == ReturnVisit.policy_id)
        .where(
            ReturnVisit.conversation_id == context.conversation_id,
            ReturnVisit.status.in_((record.PENDING, record.MISSED)),
            Policy.state.not_in(GIVEN_UP),
        )
        .order_by(ReturnVisit.due_by)
        .limit(1)
    ).first()
    profile = context.facts.profile
    # Whoever has proven to be somebody else in the meantime answers for their own policies only.
    if linked is not None and (profile is None or linked.policy.holder_id == profile.id):
        return linked
    holders = _holders(session, context.facts)
    visits = record.open_visits(session, holders) if holders else []
    named = [
        one for one in visits if one.policy.number in (context.facts.identifier, context.facts.policy_number)
    ]
    return next(iter(named or visits), None)


def _holders(session: Session, facts: Facts) -> list[int]:
    if facts.profile is not None:
        return [facts.profile.id]
    if not facts.identifier:
        return []
    owner_of_policy = select(Policy.holder_id).where(Policy.number == facts.identifier)
    found = select(Customer.id).where(
        or_(Customer.mobile == facts.identifier, Customer.id.in_(owner_of_policy))
    )
    return list(session.scalars(found))


def _opening(_text: str) -> str:
    return (
        "This is the follow-up on your new policy; it takes about five minutes. Please answer as it really "
        "is, whatever anybody told you to say. I never ask for money or a code."
    )


def _read(text: str, _facts: Facts) -> str:
    stance(text)
    return text[:1000]


def _asked(question: Question) -> Callable[[Answers], bool]:
    def asked(answers: Answers) -> bool:
        _, _, features = str(answers.get("visit") or "").partition(":")
        if question.feature is not None and question.feature.value not in features.split(","):
            return False
        return question.name == "speaker" or _is_applicant(answers)

    return asked


def _is_applicant(answers: Answers) -> bool:
    try:
        return stance(str(answers.get("speaker") or "")) is Stance.YES
    except Misread:
        return False


def finish_visit(session: Session, context: Context, answers: Answers) -> Outcome:
    """Record the visit, and say what happens next."""
    visit = session.get(ReturnVisit, int(str(answers["visit"]).partition(":")[0]))
    if visit is None or visit.status not in (record.PENDING, record.MISSED) or record.is_over(visit):
        return _NONE
    channel = session.scalar(select(Conversation.channel).where(Conversation.id == context.conversation_id))
    said = {question.name: answers[question.name] for question in QUESTIONS if question.name in answers}
    tickets = record.finish(
        session,
        visit,
        said,
        context.now,
        channel=channel or "",
        conversation_id=context.conversation_id,
        assurance=context.facts.level,
    )
    custom = {"visit": visit.id, "outcome": visit.status, "problems": [ticket.question for ticket in tickets]}
    if visit.finished_at is None:
        text = (
            "Thank you for telling me. These questions are for the person who applied for the policy, so I "
            "stop here. A colleague will contact that person."
        )
    elif tickets:
        text = (
            "Thank you, that was all. What you said is noted in your own words, and a colleague calls you to "
            "go through it with you. Until the cooling-off period ends you can also cancel and get "
            "everything back."
        )
    else:
        text = "Thank you, that was all: the follow-up on your policy is done."
    return Outcome(text, custom=custom)


_VISIT = Field(
    # Never asked: looked up, and kept so that the questions stay the same to the end.
    name="visit",
    title="follow-up",
    prompt="Which follow-up is it?",
    read=lambda text, facts: str(facts.more.get("visit", text)),
    known=lambda facts: facts.more.get("visit"),
    show=lambda value, _facts: f"No. {str(value).partition(':')[0]}",
)
_TEMPLATE = Field(
    name="answer",
    title="answer",
    prompt="",
    read=_read,
    why="The supervisor of insurers wants us to ask every new policyholder this.",
    choices=lambda _facts: _CHOICES,
    fresh=True,
)

RETURN_VISIT = Service(
    "start_return_visit",
    CATALOGUE["start_return_visit"].title,
    finish_visit,
    (
        _VISIT,
        *(
            replace(
                _TEMPLATE,
                name=question.name,
                title=question.title,
                prompt=question.text,
                help=question.help,
                when=_asked(question),
            )
            for question in QUESTIONS
        ),
    ),
    assurance=1,
    opening=_opening,
    look_up=look_up,
)
