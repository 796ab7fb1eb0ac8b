"""The commands, gathered; each lives in a file of its own and imports what it needs when it runs."""

import json
import os
import sys
from importlib import import_module

import click

from liftloop.kernel.errors import EXIT_FAILED, EXIT_USAGE, Language, LiftloopError

COMMANDS = {
    "serve": "启动服务 / run the server",
    "demo": "样例门店：从目标到增量 / a sample shop from goal to lift",
    "status": "运行状况 / how it is",
    "import": "导入文件 / import a file",
    "opportunities": "机会：现在值得对谁做什么 / what is worth doing now",
    "plan": "目标 → 方案 / a goal becomes a plan",
    "goal": "长期目标 / standing goals",
    "rehearse": "排演方案 / rehearse a plan",
    "launch": "启动方案 / start a plan",
    "report": "复盘 / what a campaign changed",
    "results": "效果 / funnel, retention, value, attribution, return",
    "search": "搜索 / search",
    "dashboard": "看板 / dashboards",
    "calendar": "活动日历：哪天发什么、撞不撞 / what is sent when, and what clashes",
    "review": "复盘文件 / the review of a campaign",
    "campaign": "进行中的活动：看、暂停、继续、停止 / campaigns as they run",
    "proposals": "提案：改什么、先试再定 / what to change, tried first",
    "journey": "旅程报告 / journeys, node by node",
    "playbook": "打法：回答几个问题就能启动 / playbooks, started with a few answers",
    "experiment": "实验 / experiments",
    "audience": "人群 / audiences",
    "profile": "一个人 / one person",
    "why": "她为什么（没）收到 / why she got it, or not",
    "points": "积分 / points of a member",
    "approval": "待批的预算 / budgets that wait for a yes",
    "lead": "线索 / leads",
    "deal": "商机 / deals",
    "task": "任务 / tasks of staff",
    "ticket": "工单 / tickets",
    "signal": "信号 / signals",
    "metric": "指标 / metrics",
    "tag": "标签目录 / the directory of tags",
    "study": "重算客户画像 / study everybody's traits",
    "channel": "渠道：开通要准备什么，还缺什么 / what channels take",
    "content": "内容库：检查、审批、预览 / contents: check, approve, preview",
    "asset": "素材库：图片与文件 / the library of pictures and files",
    "stop": "一键停发，或恢复 / stop sending at once, or go on",
    "link": "链接与二维码 / links and QR codes",
    "coupon": "券池：建池、导入、还剩多少 / coupon pools",
    "source": "数据来源 / where data come from",
    "pull": "从数据库拉取 / pull from a database",
    "quarantine": "隔离区与重放 / what could not be taken",
    "policy": "从实验记录学策略 / learn from an experiment log",
    "backup": "备份，服务照常 / back up while it runs",
    "restore": "从备份恢复 / make a folder of a backup",
    "retain": "清理过期数据 / let go of what is too old",
    "doctor": "体检数据目录 / examine the data folder",
    "rules": "规则：触达上限、免打扰、审批、登录 / rules: caps, quiet hours, approvals, sign-in",
    "account": "账号与角色 / accounts and roles",
    "model": "语言模型：查看、设置、试用、用量 / the language model: see, set, try, usage",
    "token": "API 口令 / API tokens",
    "mcp": "给智能体用的工具（MCP） / tools for agents (MCP)",
    "audit": "谁改了什么，恢复旧版本 / who changed what, and the way back",
    "simulate": "在已知真相的市场里比较 / compare in a market with known truth",
    "bench": "性能测量 / measure",
}
"""Command to short help; the module of that name here has one click command called `command`."""
MODULES = {"import": "import_files"}  # `import` cannot be a module's name.


class Commands(click.Group):
    """Loads a command's module only when it is asked for: `liftloop --help` must not wait for numpy."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        return import_module(f"liftloop.cli.{MODULES.get(cmd_name, cmd_name)}").command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def language() -> Language:
    """Return the language to speak: `--lang`, LIFTLOOP_LANG, then zh-CN."""
    chosen = os.environ.get("LIFTLOOP_LANG", "zh-CN")
    return "en" if chosen.lower().startswith("en") else "zh-CN"


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--lang", type=click.Choice(["zh-CN", "en"]), help="语言 / language")
@click.version_option(package_name="liftloop")
def liftloop(lang: str | None) -> None:
    """Liftloop：说出目标，得到方案、触达和可证明的增量。

    From a goal in plain words to measured lift.
    """
    if lang:
        os.environ["LIFTLOOP_LANG"] = lang


def main() -> None:
    """Run the command line; every anticipated failure ends with its words and its exit code."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(name, "1")  # Before numpy loads: two threads that share busy cores are slower than one.
    as_json = "--json" in sys.argv[1:]  # What cannot be read as options must be told as JSON too.
    try:
        sys.exit(liftloop(standalone_mode=False))  # A command that ends with a code of its own returns it.
    except LiftloopError as error:
        say_error(error, as_json=as_json)
        sys.exit(error.exit_code)
    except click.ClickException as error:
        if as_json:
            say_error(_misused(error), as_json=True)
        else:
            error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        if as_json:
            say_error(_declined(), as_json=True)
        sys.exit(EXIT_FAILED)


def say_error(error: LiftloopError, *, as_json: bool = False) -> None:
    """Print what went wrong and what to do, to the error stream: for people, or as one line of JSON."""
    spoken = language()
    if as_json:
        click.echo(json.dumps(error.as_json(spoken), ensure_ascii=False), err=True)
        return
    click.echo(f"{error.message(spoken)}  [{error.code}]", err=True)
    if error.next_step(spoken):
        click.echo(f"→ {error.next_step(spoken)}", err=True)


def _misused(error: click.ClickException) -> LiftloopError:
    at = error.ctx if isinstance(error, click.UsageError) else None
    command = at.command_path if at else "liftloop"
    return LiftloopError(
        "bad_usage",
        zh=f"命令写得不对：{error.format_message()}",
        en=error.format_message(),
        next_zh=f"看 {command} --help",
        next_en=f"see {command} --help",
        exit_code=EXIT_USAGE,
    )


def _declined() -> LiftloopError:
    return LiftloopError(
        "declined",
        zh="没有得到确认，什么也没做",
        en="It was not confirmed, and nothing was done",
        next_zh="要做就在终端里确认，或加上命令自己的确认选项",
        next_en="confirm it in a terminal, or with the command's own option",
    )
