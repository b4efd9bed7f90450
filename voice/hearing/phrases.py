"""What callers say besides the answer, whatever was asked: the words that leave a question, yes and no.

Fixed phrases in lower case, as the dictionary spells them.
"""

LEAVING = tuple(
    "agent / an agent / an agent please / speak to an agent / speak to a person / talk to a person / "
    "a real person / operator / representative / human / talk to a human / "
    "go back / back / previous question / start over / "
    "say that again / can you say that again / repeat that / can you repeat that / please repeat / pardon / "
    "slower / slower please / speak slower / more slowly / speak more slowly / "
    "cancel / cancel that / stop / help / wait / one moment / hold on / hello / goodbye / "
    "i don't know / i do not know / don't know / not sure / i'm not sure / "
    "i don't have it / i don't have it with me / what / what do you mean / what does that mean / "
    "what is that / what's that / why / why do you ask / why do you need that / where do i find it / "
    "where do i find that / where is it / how much / how long / can i / do i have to".split(" / ")
)
"""Heard after every question; an answer is never forced onto these."""

YES = tuple(
    "yes / yes please / yes it is / yes that's right / yes that's correct / yes that is correct / "
    "yes correct / yes i do / yes i am / yes i did / yeah / yep / yup / sure / of course / okay / ok / "
    "right / correct / that's right / that's correct / that is correct / that is right / exactly / "
    "absolutely / go ahead / please do / i do / it is / i agree / sounds good".split(" / ")
)
NO = tuple(
    "no / no thanks / no thank you / no it isn't / no it's not / no that's wrong / no that's not right / "
    "no that's not correct / no i don't / no i do not / no i'm not / no i didn't / nope / nah / wrong / "
    "that's wrong / that is wrong / that's not right / that's not correct / incorrect / not really / "
    "not yet / i don't / i do not / never".split(" / ")
)
FILLERS = ("uh", "um", "well", "so", "okay", "yes", "yeah", "please")
"""May stand before an answer."""

NUMBER_LEADS = tuple(
    "it's / it is / the number is / my number is / that's / that is / number / policy number / "
    "my policy number is / the policy number is / policy / claim number / my claim number is / "
    "the claim number is / my phone number is / my id number is / the code is / it ends in / "
    "the last four are".split(" / ")
)
"""May stand before digits."""

ANSWER_LEADS = tuple("it was / it's / it is / on / it was on / about / i was born on / born on".split(" / "))
"""May stand before a date or an amount."""

NAME_LEADS = tuple("my name is / it's / it is / the name is / her name is / his name is / i am".split(" / "))
CHOICE_LEADS = tuple("the / a / an / i want / i'd like / i would like / it's / it is / for / by".split(" / "))
