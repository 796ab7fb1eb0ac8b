"""Write the generated pages of docs/reference: errors from the source, commands from click, the rest from data.

.venv/bin/python scripts/reference.py          writes the pages
.venv/bin/python scripts/reference.py --check  writes nothing and names those that would change
"""

import ast
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import click
import msgspec

from liftloop.api.route_matrix import calls_of
from liftloop.api.server import ROUTERS
from liftloop.app.channel_setup import addresses_of, check_kind
from liftloop.app.definitions.secrets import SECRET_SETTINGS
from liftloop.app.registry import ROLES, USE_CASES, grants
from liftloop.cli.main import liftloop
from liftloop.collect.mapping_kinds import KINDS
from liftloop.compose.law.table import RULES
from liftloop.deliver.contract import MEDIA
from liftloop.plan.metric.catalogue import TRADES
from liftloop.plan.metric.events import events_of
from liftloop.plugins.channels.setup import SETUPS, Setup

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "liftloop"
PAGES = ROOT / "docs" / "reference"
ROOT_ERROR = "LiftloopError"
STATUS_DEFAULT = 400
EXIT_CODES = {"EXIT_FAILED": 1, "EXIT_USAGE": 2, "EXIT_REFUSED": 3}
HELP_COLUMNS = 100

Given = Mapping[str, ast.expr]
"""What one call gives, by parameter name."""


class Told(msgspec.Struct, frozen=True, order=True):
    """One error as a person may meet it; `{…}` stands where the message names what it is about."""

    code: str
    zh: str
    en: str
    next_zh: str
    next_en: str
    status: int
    exit_code: int


class Maker(msgspec.Struct, frozen=True):
    """A function or class that makes errors; `parameters` in the order of a call."""

    name: str
    parameters: tuple[str, ...]
    given: Given


def main() -> None:
    """Write the pages, or with `--check` say which are out of date."""
    pages = {**error_pages(), **command_pages(), **import_pages(), **metric_pages(), **channel_pages(), **rule_pages()}
    pages |= role_pages()
    stale = [name for name, text in pages.items() if _read(PAGES / name) != text]
    if "--check" in sys.argv:
        sys.exit(f"out of date, run scripts/reference.py: {', '.join(stale)}" if stale else 0)
    for name in stale:
        (PAGES / name).write_text(pages[name])
        print(f"wrote docs/reference/{name}")


def _read(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def errors() -> list[Told]:
    """Return every error that the source can raise at a person, each wording once, by code."""
    trees = [ast.parse(path.read_text()) for path in sorted(SOURCE.rglob("*.py"))]
    makers = [maker for tree in trees for maker in _makers(tree)]
    calls: dict[str, list[ast.Call]] = {}
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                calls.setdefault(node.func.id, []).append(node)
    found = {told for maker in makers for given in _resolved(maker, calls) for told in _told(given)}
    return sorted(found)


def _makers(tree: ast.Module) -> Iterator[Maker]:
    """Yield each call of `LiftloopError`, or of its constructor by a subclass, with who may pass parameters to it."""
    for node in ast.walk(tree):
        match node:
            case ast.ClassDef(bases=[ast.Name(id="LiftloopError")]):
                for part in node.body:
                    if isinstance(part, ast.FunctionDef) and part.name == "__init__":
                        yield from _made_in(part, node.name, tuple(each.arg for each in part.args.args[1:]))
            case ast.FunctionDef() if node.name != "__init__":
                named = (*(each.arg for each in node.args.args), *(each.arg for each in node.args.kwonlyargs))
                yield from _made_in(node, node.name, named)
            case _:
                pass


def _made_in(function: ast.FunctionDef, name: str, parameters: tuple[str, ...]) -> Iterator[Maker]:
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and _constructs(node) and node.args:
            given = {each.arg: each.value for each in node.keywords if each.arg}
            yield Maker(name, parameters, {"code": node.args[0], **given})


def _constructs(call: ast.Call) -> bool:
    match call.func:
        case ast.Name(id="LiftloopError"):
            return True
        case ast.Attribute(value=ast.Call(func=ast.Name(id="super")), attr="__init__"):
            return any(each.arg == "zh" for each in call.keywords)
        case _:
            return False


def _resolved(maker: Maker, calls: Mapping[str, list[ast.Call]]) -> Iterator[Given]:
    """Yield what a maker gives; where it only passes parameters on, once for each call of it."""
    passed = {
        part: value.id
        for part, value in maker.given.items()
        if isinstance(value, ast.Name) and value.id in maker.parameters
    }
    if not passed:
        yield maker.given
        return
    for call in calls.get(maker.name, []):
        named = dict(zip(maker.parameters, call.args, strict=False))
        named |= {each.arg: each.value for each in call.keywords if each.arg}
        yield {**maker.given, **{part: named.get(name, ast.Constant("")) for part, name in passed.items()}}


def _told(given: Given) -> Iterator[Told]:
    """Yield the wordings of one call, two where it chooses between two; none where the code comes from outside."""
    for choose in (_body, _otherwise):
        code = choose(given["code"])
        if isinstance(code, ast.Constant):
            words = {part: _words(choose(given[part])) if part in given else "" for part in _PARTS}
            yield Told(
                code=str(code.value),
                status=int(_words(choose(given["status"]))) if "status" in given else STATUS_DEFAULT,
                exit_code=EXIT_CODES[ast.unparse(given["exit_code"])] if "exit_code" in given else 1,
                **words,
            )


_PARTS = ("zh", "en", "next_zh", "next_en")


def _body(node: ast.expr) -> ast.expr:
    return node.body if isinstance(node, ast.IfExp) else node


def _otherwise(node: ast.expr) -> ast.expr:
    return node.orelse if isinstance(node, ast.IfExp) else node


def _words(node: ast.expr) -> str:
    match node:
        case ast.Constant(value=value):
            return str(value)
        case ast.JoinedStr(values=values):
            return "".join(_words(value) for value in values)
        case ast.FormattedValue(value=ast.Name(id=name)):
            return f"{{{name}}}"
        case _:
            return "{…}"


def error_pages() -> dict[str, str]:
    """Return the pages of errors by file name."""
    told = errors()
    return {
        "errors.md": _error_page(_EN, told, lambda each: (each.en, each.next_en)),
        "errors.zh-CN.md": _error_page(_ZH, told, lambda each: (each.zh, each.next_zh)),
    }


def _error_page(head: str, told: list[Told], said: Callable[[Told], tuple[str, str]]) -> str:
    lines = [head.rstrip()]
    for each in told:
        message, onward = (part.replace("|", "\\|").replace("\n", " ") for part in said(each))
        lines.append(f"| `{each.code}` | {message} | {onward} | {each.status} | {each.exit_code} |")
    return "\n".join(lines) + "\n"


_EN = """\
# Errors

<!-- Written by scripts/reference.py from the source; do not edit. -->

Every anticipated failure has a stable code, a message in Chinese and English, and what to do next.
The API answers `{code, message, next, message_zh, message_en}`.
`message` and `next` are in the language of `Accept-Language`, zh-CN where it does not say.
The command line prints message, code and next step to the error stream.
It ends with the exit code: 1 failed, 2 wrong usage, 3 a question or a refusal.
Names in braces stand for what an error is about.

| code | message | what to do | HTTP status | exit code |
| --- | --- | --- | --- | --- |
"""

_ZH = """\
# 错误

<!-- 由 scripts/reference.py 从源码生成，请勿手改。 -->

每种可以预见的失败都有固定的代码、中英文说明和下一步该做什么。
接口返回 `{code, message, next, message_zh, message_en}`。
`message` 和 `next` 按 `Accept-Language` 选择语言，没有指明时用中文。
命令行把说明、代码和下一步写到错误输出，并以退出码结束：1 失败，2 用法不对，3 需要回答或被拒绝。
花括号里的名字代表错误所指的内容。

| 代码 | 说明 | 下一步 | HTTP 状态 | 退出码 |
| --- | --- | --- | --- | --- |
"""


def command_pages() -> dict[str, str]:
    """Return the pages of commands by file name; the help itself is in both languages."""
    for name in [name for name in os.environ if name.startswith("LIFTLOOP_")]:
        del os.environ[name]  # Defaults are shown as they are without any.
    helps = "\n".join(f"## {title}\n\n```text\n{text}\n```\n" for title, text in _helps())
    return {"cli.md": f"{_EN_COMMANDS}\n{helps}", "cli.zh-CN.md": f"{_ZH_COMMANDS}\n{helps}"}


def _helps() -> Iterator[tuple[str, str]]:
    yield from _help_of(liftloop, "liftloop", None)


def _help_of(command: click.Command, path: str, parent: click.Context | None) -> Iterator[tuple[str, str]]:
    name = path.rsplit(" ", 1)[-1]
    with command.make_context(
        name, [], parent, resilient_parsing=True, terminal_width=HELP_COLUMNS, max_content_width=HELP_COLUMNS
    ) as at:
        yield f"`{path}`", "\n".join(line.rstrip() for line in command.get_help(at).splitlines())
        if isinstance(command, click.Group):
            for name in command.list_commands(at):
                below = command.get_command(at, name)
                assert below is not None
                yield from _help_of(below, f"{path} {name}", at)


_EN_COMMANDS = """\
# Commands

<!-- Written by scripts/reference.py from the commands themselves; do not edit. -->

The command line speaks to the server of a data folder over `server.sock` in it.
Where no server runs, it starts one for the length of the call.
`--json` prints the answer of the API as one line of JSON on the standard output.
What fails with `--json` is one line of JSON too, on the error stream, as the API says it.
It has `code`, `message` and `next` in the chosen language, `message_zh` and `message_en`; wrong usage is `bad_usage`.
The exit code is the same with and without: 0 done, 1 failed, 2 wrong usage, 3 a question or a refusal.
`--lang` or `LIFTLOOP_LANG` chooses the language.
"""

_ZH_COMMANDS = """\
# 命令

<!-- 由 scripts/reference.py 从命令本身生成，请勿手改。 -->

命令行通过数据目录里的 `server.sock` 与服务通信；没有服务在运行时，会为这一次调用临时启动一个。
`--json` 在标准输出以一行 JSON 给出接口的回答。
加了 `--json` 时，失败也是一行 JSON，写在标准错误，与接口的错误一致。
里面有 `code`，所选语言的 `message` 和 `next`，以及 `message_zh`、`message_en`；选项写错时是 `bad_usage`。
退出码不因 `--json` 而变：0 完成，1 失败，2 用法不对，3 要回答问题或被拒绝。
`--lang` 或 `LIFTLOOP_LANG` 选择语言。
"""


def import_pages() -> dict[str, str]:
    """Return the pages of import kinds by file name."""
    return {"import.md": _import_page(_EN_IMPORT, "en"), "import.zh-CN.md": _import_page(_ZH_IMPORT, "zh")}


def _import_page(head: str, language: str) -> str:
    words = _WORDS[language]
    parts = [head.rstrip()]
    for kind in KINDS.values():
        needs = words["; "].join(words[", "].join(f"`{name}`" for name in choice) for choice in kind.requires)
        extras = words["extras kept" if kind.keeps_extras else "extras dropped"]
        parts.append(f"\n## `{kind.name}`{words[': ']}{getattr(kind, language)}\n")
        parts.append(words["needs"].format(needs=needs) + "\n" + extras + "\n")
        parts.append(words["head of fields"])
        for field in kind.fields:
            sealed = words["sealed"] if field.personal else ""
            parts.append(f"| `{field.name}` | {getattr(field, language)} | `{field.type}` | {sealed} |")
    return "\n".join(parts) + "\n"


def metric_pages() -> dict[str, str]:
    """Return the pages of the built-in metrics by file name."""
    return {"metrics.md": _metric_page(_EN_METRICS, "en"), "metrics.zh-CN.md": _metric_page(_ZH_METRICS, "zh")}


def _metric_page(head: str, language: str) -> str:
    titles = {"en": _TRADES_EN, "zh": _TRADES_ZH}[language]
    lines = [head.rstrip()]
    for trade, metrics in TRADES.items():
        lines += ["", f"## {titles[trade]}", "", *_METRIC_COLUMNS[language]]
        for metric in sorted(metrics, key=lambda metric: metric.id):
            also = ", ".join((*metric.aliases_zh, *metric.aliases_en))
            name, meaning = getattr(metric, f"name_{language}"), getattr(metric, f"meaning_{language}")
            movable = _WORDS[language]["movable"] if metric.movable else ""
            events = ", ".join(f"`{event}`" for event in events_of(metric))
            kind = f"{metric.kind}, {metric.unit}"
            lines.append(f"| `{metric.id}` | {name} | {meaning} | {kind} | {movable} | {events} | {also} |")
    return "\n".join(lines) + "\n"


def channel_pages() -> dict[str, str]:
    """Return the pages of channel kinds by file name."""
    return {"channels.md": _channel_page(_EN_CHANNELS, "en"), "channels.zh-CN.md": _channel_page(_ZH_CHANNELS, "zh")}


def _channel_page(head: str, language: str) -> str:
    words = _WORDS[language]
    lines = [head.rstrip()]
    for setup in SETUPS.values():
        addresses = ", ".join(f"`{each}`" for each in addresses_of(setup.kind)) or words["none"]
        callback = check_kind(setup.kind).callback_path
        lines += ["", f"## `{setup.kind}`{words[': ']}{getattr(setup.name, language)}", ""]
        lines.append(
            words["channel"].format(
                medium=f"`{MEDIA[setup.kind]}`" if setup.kind in MEDIA else words["own id"],
                addresses=addresses,
                callback=f"`{callback}`" if callback else words["none"],
            )
        )
        lines += ["", words["head of settings"], *_setting_rows(setup, language), "", words["head of steps"]]
        for step in setup.steps:
            what, where, takes = (getattr(each, language) for each in (step.what, step.where, step.takes))
            lines.append(f"| {what} | {where} | {takes} |")
    return "\n".join(lines) + "\n"


def _setting_rows(setup: Setup, language: str) -> Iterator[str]:
    given = {name: getattr(step.what, language) for step in setup.steps for name in step.fields}
    words = _WORDS[language]
    for field in msgspec.structs.fields(setup.settings):
        need = words["required"] if field.required else f"`{field.default!r}`"
        secret = words["sealed"] if field.name in SECRET_SETTINGS else ""
        yield f"| `{field.name}` | {given.get(field.encode_name, '')} | {need} | {secret} |"


_EN_RULES = """# Rules for contents

<!-- Written by scripts/reference.py from the table of rules itself; do not edit. -->

What contents are judged by: [how](contents.md#rules).
A rule that blocks keeps words from leaving; one that warns says so where they are written.
The setting `contents` may make a warning a block; nothing makes a block a warning.
Laws and providers change: the last column says when somebody held the row against its source.
This is no legal advice.

| rule | binds | severity | says | what to do | source | checked |
| --- | --- | --- | --- | --- | --- | --- |
"""
_ZH_RULES = """# 内容规则

<!-- 由 scripts/reference.py 按规则表生成，请不要手改。 -->

内容按这张表判断：[怎么判断](contents.zh-CN.md#规则)。
“阻止”的规则不满足就发不出去；“提醒”的规则在写的时候提示。
设置 `contents` 可以把提醒改成阻止，不能反过来。
法规和服务商的要求会变，最后一列是最近一次核对出处的日期。
这不是法律意见。

| 规则 | 适用 | 级别 | 说明 | 怎么办 | 出处 | 核对 |
| --- | --- | --- | --- | --- | --- | --- |
"""
_SEVERITIES = {"en": {"block": "block", "warn": "warn"}, "zh": {"block": "阻止", "warn": "提醒"}}


def rule_pages() -> dict[str, str]:
    """Return the pages of content rules by file name."""
    return {
        "content-rules.md": _EN_RULES + _rule_rows("en"),
        "content-rules.zh-CN.md": _ZH_RULES + _rule_rows("zh"),
    }


def _rule_rows(language: str) -> str:
    rows: list[str] = []
    for rule in RULES.values():
        binds = [*(f"`{each}`" for each in (rule.kinds or rule.media)), *(f"`{each}`" for each in rule.purposes)]
        says, after = (getattr(rule, language), getattr(rule, f"next_{language}"))
        severity = _SEVERITIES[language][rule.severity]
        cells = [f"`{rule.id}`", " ".join(binds), severity, says, after, rule.source, rule.checked_at]
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows) + "\n"


_EN_ROLES = """# Roles

<!-- Written by scripts/reference.py from the registry of use cases; do not edit. -->

What each role may do, and by which calls of the API; `liftloop account matrix --routes` prints the same.
Whoever is bound to teams does it for the people of these teams alone; a token with scopes does what both allow.
A test calls every route with every role.

"""
_ZH_ROLES = """# 角色

<!-- 由 scripts/reference.py 按用例登记表生成，请不要手改。 -->

每个角色能做什么，对应哪些接口；`liftloop account matrix --routes` 打印同一张表。
限定了团队的人只能对这些团队的客户操作；带范围的令牌要两边都允许才行。
测试会用每个角色调用每个接口。

"""
_ROLE_NAMES = {"staff": "店员", "viewer": "查看", "operator": "运营", "approver": "审批", "admin": "管理员"}


def role_pages() -> dict[str, str]:
    """Return the pages of roles by file name."""
    en = f"| use case | {' | '.join(ROLES)} | calls |\n| --- {'| --- ' * len(ROLES)}| --- |\n"
    names = " | ".join(_ROLE_NAMES[role] for role in ROLES)
    zh = f"| 用例 | {names} | 接口 |\n| --- {'| --- ' * len(ROLES)}| --- |\n"
    rows = _role_rows()
    return {"roles.md": _EN_ROLES + en + rows, "roles.zh-CN.md": _ZH_ROLES + zh + rows}


def _role_rows() -> str:
    calls = calls_of(ROUTERS)
    rows: list[str] = []
    for name, each in sorted(USE_CASES.items()):
        marks = ["✓" if grants(role, each) else "" for role in ROLES]
        named = "<br>".join(f"`{call}`" for call in calls.get(name, ()))
        rows.append(f"| {' | '.join([f'`{name}`', *marks, named])} |")
    return "\n".join(rows) + "\n"


_TRADES_EN = {
    "retail": "Retail",
    "membership": "Members and subscribers",
    "education": "Education",
    "finance": "Insurance, banking, wealth",
    "clinic": "Clinics",
}
_TRADES_ZH = {
    "retail": "零售",
    "membership": "会员与订阅",
    "education": "教育",
    "finance": "保险、银行、理财",
    "clinic": "诊所",
}
_METRIC_COLUMNS = {
    "en": ("| id | name | meaning | kind, unit | movable | events | also called |", "| --- " * 7 + "|"),
    "zh": ("| id | 名称 | 含义 | 种类、单位 | 分母会变 | 事件 | 别名 |", "| --- " * 7 + "|"),
}


_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "; ": "; ",
        ", ": " or ",
        ": ": ": ",
        "needs": "Needed: {needs}.",
        "extras kept": "Other columns are kept under names of their own.",
        "extras dropped": "Other columns are left out.",
        "head of fields": "| field | meaning | type | personal |\n| --- | --- | --- | --- |",
        "sealed": "sealed",
        "movable": "yes",
        "none": "none",
        "own id": "the channel's own id, unless `medium` says another",
        "required": "needed",
        "channel": "Consent asked for: {medium}; address: attribute {addresses}; callback: {callback}.",
        "head of settings": "| setting | what it is | default | secret |\n| --- | --- | --- | --- |",
        "head of steps": "| what to get | where | how long |\n| --- | --- | --- |",
    },
    "zh": {
        "; ": "；",
        ", ": " 或 ",
        ": ": "：",
        "needs": "必须有：{needs}。",
        "extras kept": "其他列以自己的名字保留。",
        "extras dropped": "其他列不保留。",
        "head of fields": "| 字段 | 含义 | 类型 | 个人信息 |\n| --- | --- | --- | --- |",
        "sealed": "加密",
        "movable": "会",
        "none": "无",
        "own id": "渠道自己的编号，除非另写 `medium`",
        "required": "必填",
        "channel": "授权媒介：{medium}；地址：特征 {addresses}；回调：{callback}。",
        "head of settings": "| 设置 | 是什么 | 缺省 | 密钥 |\n| --- | --- | --- | --- |",
        "head of steps": "| 要准备什么 | 到哪里办 | 要多久 |\n| --- | --- | --- |",
    },
}

_EN_IMPORT = """\
# Import files

<!-- Written by scripts/reference.py from the import kinds; do not edit. -->

A file is CSV, Excel or Parquet; encoding, delimiter and header are found by themselves.
Of a workbook the first sheet with a table is read, formulas by the values that were saved.
The answer names the sheet; `--sheet NAME` (form field `sheet`) reads another.
A mapping says what each field is made from; it is guessed from headers and contents, and can be edited.

| rule | meaning |
| --- | --- |
| `"InvoiceNo"` | take this column |
| `"{CustomerID}@example.test"` | build text from the columns in braces |
| `{"column": "Sex", "values": {"男": "male"}}` | take a column and rename single values |
| `{"column": "Day", "date_format": "%d/%m/%Y"}` | take a column of dates that are written so |
| `{"constant": "CNY"}` | the same value in every row |
| `{"multiply": ["Quantity", "UnitPrice"]}` | multiply columns of numbers |
| `{"column": "InvoiceNo", "starts_with": "C"}` | true where the text starts so |

What a row becomes has an id that depends on its content only: importing a file twice changes nothing.
Imported events move windows and trigger nothing.

Amounts may be dressed (`￥1,234.50`, `(12.50)`, `1.2万`), digits full-width, dates serial numbers of Excel.
`-`, `/`, `无`, `N/A` and `#N/A` stand for nothing.
What could mean two things is not guessed: `12,5`, `5/1/2024` without a style, a time in `CST`.
A long number that a spreadsheet has shortened to `1.38E+10` is refused where it names somebody or something.
So is `#REF!`; leading zeros that a spreadsheet dropped cannot be told and are not put back.
Make such columns text before they are exported.
A time without a zone is read in the mapping's `zone`.

Single fields are changed by `liftloop import FILE --map FIELD=RULE`, the whole by `--mapping FILE.json`.
A second file that widens the rows, such as products for orders, is given by `--with`.
Consent that was won elsewhere is declared for everybody in the file by `--declare-consent` with `--evidence`.
By HTTP: `POST /api/imports` (the file as form field `file`), then `POST /api/imports/{id}/start`.
Progress is at `GET /api/imports/{id}`, counts at `/summary`, and rows that were left out at `/rejected`.
The file is deleted once it is loaded.
Items whose `category` is a code say what it is called in `category_name` (or 品类名称) and `category_name_en`.
Menus, sentences and the page of a person then say that name.
Rows that were left out wait for a week, sealed under `master.key`, for whoever wants to correct them.
"""

_ZH_IMPORT = """\
# 导入文件

<!-- 由 scripts/reference.py 从导入类型生成，请勿手改。 -->

文件可以是 CSV、Excel 或 Parquet；编码、分隔符和表头会自动识别。
Excel 文件读第一张有表格的工作表，公式取保存时的值。
回答里会说读了哪张；要读别的用 `--sheet 名字`（表单字段 `sheet`）。
映射说明每个字段由什么得来；它根据表头和内容猜出，可以修改。

| 规则 | 含义 |
| --- | --- |
| `"InvoiceNo"` | 取这一列 |
| `"{CustomerID}@example.test"` | 用花括号里的列拼成文字 |
| `{"column": "Sex", "values": {"男": "male"}}` | 取一列，并替换个别值 |
| `{"column": "Day", "date_format": "%d/%m/%Y"}` | 取一列，日期按此格式书写 |
| `{"constant": "CNY"}` | 每一行都是同一个值 |
| `{"multiply": ["Quantity", "UnitPrice"]}` | 把几列数字相乘 |
| `{"column": "InvoiceNo", "starts_with": "C"}` | 文字以此开头时为真 |

每一行产生的记录，其编号只取决于内容：同一个文件导入两次，结果不变。
导入的事件只改变时间窗，不触发任何旅程。

金额可以带修饰（`￥1,234.50`、`(12.50)`、`1.2万`），数字可以是全角，日期可以是 Excel 序列号。
`-`、`/`、`无`、`N/A` 和 `#N/A` 都表示没有内容。
能有两种读法的不猜：`12,5`、没有说明写法的 `5/1/2024`、写着 `CST` 的时间。
被电子表格缩成 `1.38E+10` 的长号码，凡是用来认人认物的地方都拒收，`#REF!` 也一样。
电子表格去掉的前导零无从得知，不会补回。
这样的列请先设为文本再导出。
没有写时区的时间，按映射里的 `zone` 理解。

单个字段用 `liftloop import 文件 --map 字段=规则` 修改，整个映射用 `--mapping 文件.json`。
用 `--with` 关联第二个文件，例如给订单补上商品信息。
在别处取得的授权，用 `--declare-consent` 加 `--evidence` 为文件里的所有人声明。
用 HTTP：`POST /api/imports`（文件放在表单字段 `file`），然后 `POST /api/imports/{id}/start`。
进度见 `GET /api/imports/{id}`，计数见 `/summary`，没有导入的行见 `/rejected`。
文件导入完就删除。
`category` 是代码的商品，用 `category_name`（或 品类名称）和 `category_name_en` 写明它叫什么。
菜单、一句话选人和客户详情就用这个名字。
没有导入的行用 `master.key` 加密保留一周，方便改好再导。
"""

_EN_METRICS = """\
# Metrics

<!-- Written by scripts/reference.py from the metric catalogue; do not edit. -->

A goal names one of these metrics by its name or one of its other names, in either language.
A share lies between 0 and 1; money is in fen.
Where treatment can move the denominator, effects are claimed per eligible person.
Metrics of your own are [definitions of kind `metric`](definitions.md#metric); sentences know them by name at once.
"""

_ZH_METRICS = """\
# 指标

<!-- 由 scripts/reference.py 从指标目录生成，请勿手改。 -->

目标里用名称或任一别名说出指标，中英文皆可。
比例在 0 到 1 之间；金额以分计。
如果触达会改变分母，效果按每个符合条件的人来声明。
自己的指标写成 [`metric` 种类的定义](definitions.zh-CN.md#指标)，发布后句子里马上认得。
"""

_EN_CHANNELS = """\
# Channels

<!-- Written by scripts/reference.py from the channels themselves; do not edit. -->

A channel is a [definition of kind `channel`](definitions.md) with `kind` and `settings`.
Secrets are sealed before they are written, and shown as `(set)`.
How to set one up: [connect a channel](../how-to/connect-a-channel.md).
"""

_ZH_CHANNELS = """\
# 渠道

<!-- 由 scripts/reference.py 从渠道本身生成，请勿手改。 -->

渠道是 [`channel` 种类的定义](definitions.zh-CN.md)，由 `kind` 和 `settings` 组成。
密钥加密后才写入，显示为 `(set)`。
怎样开通：[接入渠道](../how-to/connect-a-channel.zh-CN.md)。
"""


if __name__ == "__main__":
    main()
