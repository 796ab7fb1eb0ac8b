"""What is wrong with a landing page beside its words: its blocks, and the things that they name."""

from collections.abc import Iterator, Sequence

from liftloop.app.definitions.uses import Live
from liftloop.compose.blocks import Block, FormBlock, Items, OfferBlock, Picture, block_problem
from liftloop.compose.contract import Content


def page_problem(live: Live, content: Content) -> tuple[str, str] | None:
    """Return what is wrong in any language, in Chinese and English; None for what is no page and has no blocks."""
    spoken = (content.blocks, *(each.blocks for each in content.translations.values()))
    if content.format != "page":
        if any(spoken):
            return "只有落地页（format: page）有区块", "only a page (format: page) has blocks"
        return None
    if content.body or any(each.body for each in content.translations.values()):
        return "落地页由区块组成，不写正文", "a page is made of blocks and has no body"
    if "{{" in content.subject or "{%" in content.subject:
        return "落地页的标题不能用变量", "the title of a page has no variables"
    return next((problem for blocks in spoken if (problem := _problem(live, blocks))), None)


def _problem(live: Live, blocks: Sequence[Block]) -> tuple[str, str] | None:
    if problem := block_problem(blocks):
        return problem
    for kind, zh, identity in _things(blocks):
        if identity not in live(kind):
            return f"没有{zh}「{identity}」", f"there is no {kind} {identity}"
    for block in blocks:
        named = block.asset.partition("@")[0] if isinstance(block, Picture) else ""
        if named and (live("asset")[named]["files"][-1]["type"] == "application/pdf"):
            return f"素材「{named}」是 PDF，不是图片", f"the asset {named} is a PDF and no picture"
        pool = block.pool if isinstance(block, OfferBlock) else ""
        if pool and live("pool")[pool]["codes"]["from"] != "shared":
            return (
                f"券池「{pool}」一人一码，只能在消息里发；落地页只显示共用券码",
                f"the pool {pool} has a code for each person, which comes in a message; a page shows shared codes only",
            )
    return None


def _things(blocks: Sequence[Block]) -> Iterator[tuple[str, str, str]]:
    for block in blocks:
        match block:
            case Picture(asset=asset):
                yield "asset", "素材", asset.partition("@")[0]
            case OfferBlock(offer=offer, pool=pool):
                yield "offer", "权益", offer
                if pool:
                    yield "pool", "券池", pool
            case FormBlock(form=form):
                yield "form", "表单", form
            case Items(items=items):
                yield from (("item", "商品", item) for item in items)
            case _:
                continue
