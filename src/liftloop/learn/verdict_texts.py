"""The verdict and the doubts in words, Chinese and English alike."""

from collections.abc import Sequence
from typing import assert_never

from liftloop.inference.credibility import Doubt
from liftloop.learn.contract import ArmReport, Money, Notice


def personal_notice(profit: Money, arms: Sequence[ArmReport]) -> Notice:
    """Return the verdict for arms whose first is nobody."""
    best = max(arms[1:], key=lambda arm: _value(arm.profit_per_1000))
    alone = _value(best.profit_per_1000)
    shares = [(arm.arm, f"{arm.policy_share:.0%}") for arm in arms]
    zh = "，".join(f"“{name}”{share}" for name, share in shares)
    en = ", ".join(f"{share} “{name}”" for name, share in shares)
    return Notice(
        code="personalise",
        zh=f"按人选择：{zh}。每千人比谁都不触达多赚 {profit.value:.1f}"
        f"（二十次里有十九次会在 {profit.low_95:.1f} 到 {profit.high_95:.1f} 之间）；"
        f"所有人都给“{best.arm}”则是 {alone:+.1f}。",
        en=f"Choose by person: {en}. It earns {profit.value:.1f} per 1,000 people more than contacting nobody "
        f"(between {profit.low_95:.1f} and {profit.high_95:.1f} in 19 cases of 20); "
        f"“{best.arm}” for everybody makes {alone:+.1f}.",
    )


def static_notice(arm: str, profit: Money) -> Notice:
    return Notice(
        code="static",
        zh=f"所有人都给“{arm}”：每千人比谁都不触达多赚 {profit.value:.1f}"
        f"（二十次里有十九次会在 {profit.low_95:.1f} 到 {profit.high_95:.1f} 之间）。"
        "按人区别对待，看不出能带来更多。",
        en=f"Give “{arm}” to everybody: {profit.value:.1f} per 1,000 people more than contacting nobody "
        f"(between {profit.low_95:.1f} and {profit.high_95:.1f} in 19 cases of 20). "
        "Choosing by person does not show any gain over that.",
    )


def nobody_notice(arms: Sequence[ArmReport]) -> Notice:
    best = max(arms, key=lambda arm: _value(arm.profit_per_1000))
    found = best.profit_per_1000
    assert found is not None
    return Notice(
        code="nobody",
        zh="这些数据证明不了触达任何人能赚钱。"
        f"最好的一组“{best.arm}”每千人 {found.value:+.1f}"
        f"（二十次里有十九次会在 {found.low_95:.1f} 到 {found.high_95:.1f} 之间）；"
        "要分辨更小的收益，需要更多人参加的对照试验。",
        en="These data do not show that contacting anybody pays. "
        f"The best arm, “{best.arm}”, makes {found.value:+.1f} per 1,000 people "
        f"(between {found.low_95:.1f} and {found.high_95:.1f} in 19 cases of 20); "
        "to tell smaller gains a larger experiment is needed.",
    )


def _value(money: Money | None) -> float:
    return money.value if money is not None else 0.0


def unconfirmed_notice() -> Notice:
    return Notice(
        code="unconfirmed",
        zh="按人选择在选方案的数据上看似更好，在用来检验的数据上没有得到证实，因此没有采用。",
        en="Choosing by person looked better where it was chosen and was not confirmed where it was judged, "
        "so it was not taken.",
    )


def unstable_notice(agreeing: int, folds: int) -> Notice:
    return Notice(
        code="unstable",
        zh=f"轮流留出 {folds} 份数据来检验，只有 {agreeing} 次在其余数据上得出同样的选择；上面的金额只由这几份得出。",
        en=f"Of {folds} parts of the data, left out in turn, {agreeing} saw the same choice made without them; "
        "the money above comes from these alone.",
    )


def not_random_notice(columns: Sequence[str], *, told: bool) -> Notice:
    """Return why nothing is claimed: the arm can be foretold, by `columns` where single ones do, and what to do."""
    zh, en = f"“{'”“'.join(columns)}”" if columns else "其他列", ", ".join(columns) or "other columns together"
    beyond_zh, beyond_en = ("，超出所给的概率", " beyond the chances given") if told else ("", "")
    one = len(columns) == 1
    return Notice(
        code="arms_not_random",
        zh=f"从{zh}可以猜出谁被分到哪一组{beyond_zh}：分组不是随机的，不能断定是触达起了作用。"
        "触达之后才有的列，用 --after 列名 声明；按已知的概率分的组，用 --propensity 列名 给出概率；"
        "否则请使用随机分组的记录。",
        en=f"{en[0].upper() + en[1:]} {'foretells' if one else 'foretell'} who got which arm{beyond_en}: the arms were "
        "not drawn at random, and nothing can be credited to the contact. Name columns written after the contact by "
        "--after; where arms were drawn by known chances name their column by --propensity; otherwise use a log with "
        "random arms.",
    )


def doubt_notice(doubt: Doubt, arms: Sequence[str]) -> Notice:
    """Return a doubt in words; a fatal one also says what would remove it."""
    zh, en = _doubt_words(doubt, arms[doubt.arm] if doubt.arm is not None else "")
    return Notice(code=doubt.code, zh=zh, en=en)


def _doubt_words(doubt: Doubt, arm: str) -> tuple[str, str]:
    figure, limit = doubt.figure, doubt.limit
    match doubt.code:
        case "one_arm":
            return (
                "所有行都在同一组，没有对照，看不出触达改变了什么。请补上没有触达的人。",
                (
                    "All rows have the same arm: without a control nothing shows what contact changed. "
                    "Add people who were not contacted."
                ),
            )
        case "few_rows":
            return (
                f"“{arm}”组只有 {figure:.0f} 行，至少需要 {limit:.0f} 行。",
                f"Arm “{arm}” has only {figure:.0f} rows; at least {limit:.0f} are needed.",
            )
        case "few_outcomes":
            return (
                f"只有 {figure:.0f} 行有结果（或结果没有差别），至少需要 {limit:.0f} 行。",
                f"Only {figure:.0f} rows have an outcome (or all are alike); at least {limit:.0f} are needed.",
            )
        case "few_effective_rows":
            return (
                f"方案会给一部分人“{arm}”，而历史上只有相当于 {figure:.0f} 行的证据，至少需要 {limit:.0f} 行。",
                (
                    f"The policy would give “{arm}” to some of whom the log holds but {figure:.0f} rows of evidence; "
                    f"at least {limit:.0f} are needed."
                ),
            )
        case "thin_overlap":
            return (
                f"方案中 {figure:.0%} 的选择在历史上几乎没有发生过（上限 {limit:.0%}），无法评估。",
                (
                    f"{figure:.0%} of the policy's choices hardly ever happened in the log (at most {limit:.0%} may); "
                    "they cannot be judged."
                ),
            )
        case "mostly_zero":
            return (
                f"{figure:.1%} 的行结果为零，区间会比较宽。",
                f"{figure:.1%} of the rows have an outcome of zero; intervals are wide.",
            )
        case "whales":
            return (
                f"最大的千分之一占了结果总额的 {figure:.0%}；选方案时把它们削到 99.9 分位，金额两种都报告。",
                (
                    f"The largest thousandth of the rows carries {figure:.0%} of the total; the policy is chosen with "
                    "them cut to the 99.9th percentile, and the money is reported both ways."
                ),
            )
        case _:
            assert_never(doubt.code)
