"""One clause, a run of tokens without joints, becomes conditions: each word goes to the event or trait it speaks of.

Chinese says the window before the verb and the count after it, English says both after it.
"""

from collections.abc import Sequence

from liftloop.audience.sentence.amounts import asked_of_days, bounds_of, scaled, window_of_date
from liftloop.audience.sentence.contract import DATED, TraitMeaning
from liftloop.audience.sentence.drafts import Draft, Fields
from liftloop.audience.sentence.filters import filters_of
from liftloop.audience.sentence.reading import Reading
from liftloop.audience.sentence.tokens import Token
from liftloop.audience.sentence.words import (
    AGGREGATE,
    AHEAD,
    AMOUNT,
    AUDIENCE,
    BOUND,
    BOUND_AFTER,
    EVENT,
    FILTER,
    GOOD,
    INTEREST,
    IS,
    KNOWN,
    NOT,
    ORDER,
    PHRASE,
    PROPERTY,
    QUANTITY,
    QUOTED,
    RANDOM,
    REVENUE,
    SEQUENCE,
    SINCE,
    SINGLE,
    SPEND,
    TRAIT,
    TRUTH,
    UNKNOWN,
    VALUE,
    WHICH,
    WINDOW,
)
from liftloop.kernel.plain_text import is_chinese
from liftloop.profile.reading import TAG

_HEADS = frozenset({EVENT, SPEND, QUOTED})
_RECENT_DAYS = (30, 7, 90)
_CHURN_SIGNAL = "signal:churn_risk"
_WAITING = frozenset({NOT, WHICH, SINCE, AGGREGATE, PROPERTY, RANDOM, SINGLE, INTEREST, BOUND, BOUND_AFTER})
_OF_TRAIT = frozenset({NOT, IS, AMOUNT, QUANTITY, KNOWN, TRUTH})


class Clause:
    """The state of reading one clause; `drafts` is what it says."""

    def __init__(self, reading: Reading, tokens: Sequence[Token]) -> None:
        self.reading = reading
        self.tokens = list(tokens)
        self.drafts: list[Draft] = []
        self._waiting: dict[str, list[Token]] = {}

    def read(self) -> list[Draft]:
        """Return the conditions of the clause, in the order in which they are said."""
        at = 0
        while at < len(self.tokens):
            at = self._take(at)
        self._finish()
        return self.drafts

    def _take(self, at: int) -> int:
        """Take the token at this place, perhaps with those that follow, and return the next place."""
        token = self.tokens[at]
        match token.kind:
            case _ if token.kind in _HEADS:
                return self._event(at)
            case _ if token.kind == TRAIT:
                return self._trait(at)
            case _ if token.kind == VALUE:
                return self._value(at)
            case _ if token.kind == PHRASE:
                self._phrase(token)
            case _ if token.kind in (AUDIENCE, SEQUENCE):
                self._add(Draft(tree=token.tree or _member_of(token.word)), token)
            case _ if token.kind == WINDOW:
                self._window(at)
            case _ if token.kind in (AMOUNT, QUANTITY):
                self._amount(at)
            case _ if token.kind == GOOD:
                self._goods(token, self.reading.named_good(token), at)
            case _ if token.kind == UNKNOWN:
                self._unknown(at)
            case _ if token.kind in _WAITING:
                self._wait(token)
            case _ if token.kind not in (IS, TRUTH):
                self.reading.give_up(token)
            case _:
                pass
        return at + 1

    def _event(self, at: int) -> int:
        token = self.tokens[at]
        event = ORDER if token.kind == SPEND else token.word
        draft = Draft(event=event)
        if token.kind == SPEND:
            draft.property, draft.aggregate = REVENUE, token.word
        self._take_waiting(draft)
        self._add(draft, token)
        self.reading.last_event = draft
        following = self.tokens[at + 1] if at + 1 < len(self.tokens) else None
        if following is not None and following.kind == FILTER:
            filters = filters_of(following, self.reading)
            if filters is None:
                self.reading.give_up(following)
            else:
                draft.where = filters
                draft.spans.append(self.reading.span(following))
            return at + 2
        return at + 1

    def _take_waiting(self, draft: Draft) -> None:
        """Give an event the words before it that wait for one."""
        for token in self._waiting.pop(WINDOW, []):
            self._set_window(draft, token)
            draft.window_first = True
        for token in self._waiting.pop(WHICH, []):
            draft.which = token.word
            draft.spans.append(self.reading.span(token))
        for token in self._waiting.pop(AGGREGATE, []):
            draft.aggregate = token.word
            draft.property = draft.property or self._waiting_property(draft)
            draft.spans.append(self.reading.span(token))
        for token in self._waiting.pop(AMOUNT, []):
            self._count(draft, token)
        for token in self._waiting.pop(GOOD, []):
            self._set_goods(draft, token, self.reading.named_good(token))
        self._waiting.pop(SINCE, [])

    def _waiting_property(self, draft: Draft) -> str:
        found = self._waiting.pop(PROPERTY, [])
        draft.spans += [self.reading.span(token) for token in found]
        return found[-1].word if found else ""

    def _trait(self, at: int) -> int:
        """Read a trait with the test that follows it, or the amount that came before."""
        token = self.tokens[at]
        meaning = self.reading.traits[token.word]
        draft = Draft(trait=token.word)
        self._add(draft, token)
        asked = self._waiting.pop(SINCE, [])
        since = asked_of_days(asked, meaning)
        for before in self._waiting.pop(AMOUNT, []):
            draft.tests |= bounds_of(before, meaning, since=since)
            draft.spans.append(self.reading.span(before))
        end, negated, said_is = at + 1, False, False
        while end < len(self.tokens) and self._is_test(end, meaning, said_is=said_is):
            if draft.tests and end != at + 1:
                break
            test = self.tokens[end]
            draft.spans.append(self.reading.span(test))
            if test.kind == NOT and said_is and meaning.type == "yes_no" and self.reading.original(test) == "no":
                draft.tests = {"is": False}
            else:
                negated ^= test.kind == NOT
            said_is |= test.kind in (IS, NOT)
            draft.tests |= self._test(test, meaning, since=since, said_is=said_is)
            end += 1
        draft.negated ^= negated
        if not draft.tests and meaning.unit in DATED:
            end = self._dated(draft, meaning, end)
        if not draft.tests:
            draft.tests = {"is": True} if meaning.type == "yes_no" else {"exists": True}
        return end

    def _dated(self, draft: Draft, meaning: TraitMeaning, at: int) -> int:
        """Read the window in which a date lies, before it or behind it; return where to go on."""
        behind = at < len(self.tokens) and self.tokens[at].kind == WINDOW
        before = [] if behind else self._waiting.pop(AHEAD, [])
        if not behind and not before and not any(each.kind in _HEADS for each in self.tokens[at:]):
            before = self._waiting.pop(WINDOW, [])
        for window in [self.tokens[at]] if behind else before:
            draft.tests = window_of_date(self.reading, window, meaning)
            draft.spans.append(self.reading.span(window))
        return at + behind

    def _is_test(self, at: int, meaning: TraitMeaning, *, said_is: bool) -> bool:
        """Return whether a token says something of the trait before it: other words do so only behind `is`."""
        token = self.tokens[at]
        if token.kind == VALUE and meaning.type == "text":
            return said_is or any(trait == meaning.id for trait, _ in token.more)
        if token.kind in (UNKNOWN, QUOTED):
            return said_is and meaning.type == "text"
        return token.kind in _OF_TRAIT

    def _test(self, token: Token, meaning: TraitMeaning, *, since: str, said_is: bool) -> Fields:
        match token.kind:
            case _ if token.kind == VALUE:
                return _among([value for trait, value in token.more if trait == meaning.id] or [token.more[0][1]])
            case _ if token.kind == AMOUNT:
                return bounds_of(token, meaning, since=since)
            case _ if token.kind == QUANTITY and said_is:
                return {"is": scaled(token.value, token.word, meaning.unit)}
            case _ if token.kind == QUANTITY:
                return bounds_of(token, meaning, since=since)
            case _ if token.kind == KNOWN:
                return {"exists": token.word == "yes"}
            case _ if token.kind == TRUTH:
                return {"is": token.word == "yes"}
            case _ if token.kind == UNKNOWN:
                return {"is": self.reading.original(token)}
            case _ if token.kind == QUOTED:
                return {"is": self.reading.index.lexicon.items.get(token.word, token.word)}
            case _:
                return {}

    def _value(self, at: int) -> int:
        token = self.tokens[at]
        following = self.tokens[at + 1] if at + 1 < len(self.tokens) else None
        traits = list(dict.fromkeys(trait for trait, _ in token.more))
        days = following is not None and following.kind in (AMOUNT, QUANTITY) and following.word == "days"
        if following is not None and days and traits[0] == "lifecycle_stage":
            self._asleep_for(token, following)
            return at + 2
        if len(traits) > 1 and INTEREST not in self._waiting:
            names = [(self._name(trait, "zh"), self._name(trait, "en")) for trait in traits]
            trait = traits[self.reading.choose("trait", self.reading.span(token), names)]
        else:
            trait = traits[0]
        self._add(Draft(trait=trait, tests=_among([value for each, value in token.more if each == trait])), token)
        return at + 1

    def _name(self, trait: str, language: str) -> str:
        phrases = [*self.reading.traits[trait].phrases, trait]
        return next((phrase for phrase in phrases if is_chinese(phrase) == (language == "zh")), phrases[0])

    def _asleep_for(self, stage: Token, days: Token) -> None:
        """Read 沉睡 30 天: who has not bought for so long, or who has been in that stage for so long."""
        span = (self.reading.span(stage)[0], self.reading.span(days)[1])
        said = f"{days.bounds or days.value}"
        ways = [
            ("这么多天没有下单", "no order for so many days"),
            ("处在这个阶段这么多天", "in this stage for so long"),
        ]
        bounds = dict(days.bounds) or {"gte": days.value}
        if self.reading.choose(f"stage-{said}", span, ways) == 0:
            self._add(Draft(event=ORDER, tests={"days_since_last": bounds}), stage, days)
            return
        self._add(Draft(trait="lifecycle_stage", tests=_among([value for _, value in stage.more])), stage)
        self._add(Draft(trait="lifecycle_since_ms", tests={"days_since": bounds}), days)

    def _phrase(self, token: Token) -> None:
        if token.word == "valuable":
            self.reading.assume(
                "valuable", "“高价值”按消费金额分 4 分以上理解", "“high value” is taken as a monetary score of 4 or 5"
            )
            self._add(Draft(trait="rfm_monetary_score", tests={"gte": 4}), token)
            return
        known = any(each.id == _CHURN_SIGNAL for each in self.reading.index.lexicon.audiences)
        if known:
            self._add(Draft(tree={"audience": _CHURN_SIGNAL}), token)
            return
        self.reading.assume(
            "churn",
            "“流失风险高”按还会再买的概率低于 50% 理解",
            "“at risk” is taken as a chance to buy again below 50%",
        )
        self._add(Draft(trait="alive_probability", tests={"lt": 0.5}), token)

    def _window(self, at: int) -> None:
        token = self.tokens[at]
        if token.word == AHEAD:  # What will happen is known of dates only.
            self._wait(token, AHEAD)
            return
        event_follows = any(each.kind in _HEADS for each in self.tokens[at + 1 :])
        behind = self._last_event()
        free = behind is not None and behind.within_days is None and not behind.which
        if behind is not None and ((token.chinese and not event_follows) or (not token.chinese and free)):
            self._set_window(behind, token)
        else:
            self._wait(token)

    def _set_window(self, draft: Draft, token: Token) -> None:
        days = token.value
        span = self.reading.span(token)
        if token.word == "vague":
            ways = [(f"{each} 天", f"{each} days") for each in _RECENT_DAYS]
            days = _RECENT_DAYS[self.reading.choose("recent", span, ways)]
            self.reading.assume("recent", f"“最近”按 {days} 天理解", f"“lately” is taken as the last {days} days")
        draft.within_days = days
        draft.spans.append(span)

    def _amount(self, at: int) -> None:
        token = self.tokens[at]
        follows = any(each.kind in _HEADS for each in self.tokens[at + 1 :])
        next_is_event = at + 1 < len(self.tokens) and self.tokens[at + 1].kind in _HEADS
        event = self._last_event()
        match token.word:
            case "percent":
                self._slice(token)
            case "days":
                self._days(token, follows=follows)
            case "age" if "age" in self.reading.traits:
                self._add(Draft(trait="age", tests=bounds_of(token, self.reading.traits["age"], since="")), token)
            case "yuan":
                self._money(token)
            case _ if event is not None and event.aggregate:
                self._count(event, token)
            case _ if event is None or (next_is_event and (token.word != "times" or "count" in event.tests)):
                self._wait(token, AMOUNT)
            case _:
                self._count(event, token)

    def _slice(self, token: Token) -> None:
        if RANDOM not in self._waiting:
            self.reading.assume("slice", "百分比按随机抽取理解", "a share is taken as a random slice")
        for word in self._waiting.pop(RANDOM, []):
            self._add(Draft(tree={"percent": [0, token.value]}), word, token)
            return
        self._add(Draft(tree={"percent": [0, token.value]}), token)

    def _days(self, token: Token, *, follows: bool) -> None:
        """Read a number of days: a window where it is bare, time that has passed where it is bounded."""
        if token.kind == QUANTITY:
            window = Token(kind=WINDOW, start=token.start, end=token.end, value=token.value, chinese=token.chinese)
            event = self._last_event()
            if follows or event is None or event.within_days is not None:
                self._wait(window)
            elif event.which:
                self._since(event, token)
            else:
                self._set_window(event, window)
            return
        event, trait = self._last_event(), self.drafts[-1] if self.drafts else None
        if trait is not None and trait.trait and trait.tests == {"exists": True}:
            trait.tests = {asked_of_days((), self.reading.traits[trait.trait]) or "days_since": dict(token.bounds)}
            trait.spans.append(self.reading.span(token))
        elif event is not None and not event.tests:
            self._since(event, token)
        else:
            self._wait(token, AMOUNT)

    def _since(self, draft: Draft, token: Token) -> None:
        bounds = dict(token.bounds) or {"gte": token.value}
        draft.tests[f"days_since_{draft.which or 'last'}"] = bounds
        draft.spans.append(self.reading.span(token))

    def _money(self, token: Token) -> None:
        event = self._last_event()
        if event is None:
            self._wait(token, AMOUNT)
            return
        self._pay(event, token)

    def _pay(self, event: Draft, token: Token) -> None:
        single = self._waiting.pop(SINGLE, [])
        event.property = event.property or REVENUE
        if event.aggregate:
            self._count(event, token)
            return
        span = self.reading.span(token)
        event.spans.append(span)
        ways = [("合计", "in total"), ("单笔", "in one order")]
        if single or self.reading.choose("money", span, ways) == 1:
            words = {"gt": "gte", "lt": "lte"}
            bounds = {words.get(word, word): value for word, value in (token.bounds or {"gte": token.value}).items()}
            event.where.append({"property": REVENUE, **bounds})
            event.property = ""
        else:
            event.tests["sum"] = dict(token.bounds) or {"gte": token.value}

    def _count(self, draft: Draft, token: Token) -> None:
        """Give an event its number: of times, or of what it is summed by."""
        if token.word == "days":
            self._since(draft, token)
            return
        for word in self._waiting.pop(AGGREGATE, []):
            draft.aggregate, draft.property = word.word, draft.property or self._waiting_property(draft)
            draft.spans.append(self.reading.span(word))
        if token.word == "yuan" and not draft.aggregate:
            self._pay(draft, token)
            return
        span = self.reading.span(token)
        draft.spans.append(span)
        bounds = dict(token.bounds)
        for bound in [] if bounds else self._waiting.pop(BOUND, []):
            bounds = {bound.word: token.value}
            draft.spans.append(self.reading.span(bound))
        if not bounds and not draft.aggregate:
            count = f"{token.value:g}"
            ways = [(f"至少 {count} 次", f"at least {count} times"), (f"正好 {count} 次", f"exactly {count} times")]
            bounds = {"eq" if self.reading.choose("count", span, ways) else "gte": token.value}
        draft.tests[draft.aggregate or "count"] = bounds or {"gte": token.value}

    def _goods(self, token: Token, filters: list[Fields], at: int) -> None:
        """Give goods to the event they were bought in, or to the interest in them."""
        following = self.tokens[at + 1].kind if at + 1 < len(self.tokens) else ""
        interest = self._waiting.pop(INTEREST, [])
        if interest or following == INTEREST:
            self._interest(token, filters, interest)
            return
        event = self._last_event()
        if event is not None and not event.goods and not event.where:
            self._set_goods(event, token, filters)
        elif following in _HEADS:
            self._waiting.setdefault(GOOD, []).append(token)
        else:
            before = self.reading.last_event
            draft = Draft(event=before.event if before else ORDER)
            if before is None:
                self.reading.assume("bought", "商品按“买过”理解", "goods are taken as bought")
            self._take_waiting(draft)
            self._add(draft, token)
            self._set_goods(draft, token, filters)
            self.reading.last_event = draft

    def _set_goods(self, draft: Draft, token: Token, filters: list[Fields]) -> None:
        draft.goods, draft.spans = filters, [*draft.spans, self.reading.span(token)]
        if token.joint == "all" and len(filters) > 1:
            ways = [("都买过", "all of them"), ("买过其中之一", "any of them")]
            draft.goods_all = self.reading.choose("goods", self.reading.span(token), ways) == 0

    def _interest(self, token: Token, filters: list[Fields], words: Sequence[Token]) -> None:
        values = [str(each["is"]) for each in filters if each["property"] == "products.category" and "is" in each]
        if not values:
            self.reading.give_up(token)
            return
        self._add(Draft(trait="interest_category", tests=_among(values)), *words, token)

    def _unknown(self, at: int) -> None:
        """Look for goods whose names contain words that nothing else knows, beside an event of goods."""
        token = self.tokens[at]
        like = self.reading.goods_like(token)
        if like and (self._last_event() is not None or self.reading.last_event is not None):
            self._goods(token, like, at)
        else:
            self.reading.give_up(token)

    def _add(self, draft: Draft, *tokens: Token) -> None:
        for word in self._waiting.pop(NOT, []):
            draft.negated = not draft.negated
            draft.never |= word.word == "never"
            draft.spans.append(self.reading.span(word))
        draft.spans += [self.reading.span(token) for token in tokens]
        self.drafts.append(draft)

    def _wait(self, token: Token, kind: str = "") -> None:
        self._waiting.setdefault(kind or token.kind, []).append(token)

    def _last_event(self) -> Draft | None:
        return next((draft for draft in reversed(self.drafts) if draft.event), None)

    def _finish(self) -> None:
        """Find a place for what still waits: the event spoken of before, or say that it was not understood."""
        before = self._last_event() or self.reading.last_event
        windows, amounts = self._waiting.pop(WINDOW, []), self._waiting.pop(AMOUNT, [])
        last = self.drafts[-1] if self.drafts else None
        if NOT in self._waiting and windows and before is not None and last is not before:
            again = Draft(
                again=True, event=before.event, goods=before.goods, goods_all=before.goods_all, where=before.where
            )
            self._add(again)
            self._set_window(again, windows.pop())
        for token in amounts:
            if token.word == "yuan" and before is None:
                before = Draft(event=ORDER)
                self.reading.assume("paid", "金额按下单金额理解", "an amount is taken as paid for orders")
                self._add(before)
                self._pay(before, token)
            elif before is not None and "count" not in before.tests and token.word in ("times", "", "yuan"):
                self._count(before, token)
            elif before is not None and token.word == "days" and not before.tests:
                self._since(before, token)
            else:
                self.reading.give_up(token)
        for window in windows:
            if before is not None and before.within_days is None and not before.which:
                self._set_window(before, window)
            else:
                self.reading.give_up(window)
        for kind, tokens in self._waiting.items():
            if kind not in (SINCE, PROPERTY, INTEREST) or not self.drafts:
                self.reading.give_up(*tokens)


def _member_of(identity: str) -> Fields:
    """Return the condition of being in an audience, giving a signal or having a tag."""
    return {"tag": identity.removeprefix(TAG)} if identity.startswith(TAG) else {"audience": identity}


def _among(values: Sequence[str]) -> Fields:
    distinct = list(dict.fromkeys(values))
    return {"is": distinct[0]} if len(distinct) == 1 else {"in": distinct}
