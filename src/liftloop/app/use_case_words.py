"""What people call the use cases that the trail and the matrix name; one without words here is told by its name."""

from collections.abc import Mapping

from liftloop.app.words import Said

WORDS: Mapping[str, Said] = {
    "account.change": Said("改了成员账号", "changed an account"),
    "account.own": Said("改了自己的账号", "changed their own account"),
    "account.sign_in": Said("登录", "signed in"),
    "approval.answer": Said("审批启动", "answered an approval"),
    "audience.export": Said("导出人群", "exported an audience"),
    "audience.export_rows": Said("下载导出文件", "downloaded an export"),
    "audience.freeze": Said("把人群固定成名单", "froze an audience into a list"),
    "audience.hand_over": Said("把人群送到目的地", "handed an audience over"),
    "audience.publish": Said("发布人群", "published an audience"),
    "campaign.order": Said("暂停、继续或停止活动", "paused, resumed or stopped a campaign"),
    "campaign.undo": Said("撤销系统对活动的调整", "undid a step of a campaign"),
    "clock.advance": Said("拨快测试时钟", "moved the test clock"),
    "consent.declare": Said("声明导入文件里的同意", "declared consents of an imported file"),
    "dashboard.save": Said("改了看板", "changed a dashboard"),
    "definition.publish": Said("改了定义", "changed a definition"),
    "definition.revert": Said("恢复到以前的版本", "went back to an earlier version"),
    "goal.approve": Said("审批长期目标的动作", "judged a standing goal's action"),
    "goal.plan": Said("做了一个计划", "made a plan"),
    "goal.stand": Said("改了长期目标", "changed a standing goal"),
    "import.start": Said("导入文件", "imported a file"),
    "installation.back_up": Said("备份", "made a backup"),
    "installation.retain": Said("清理过期数据", "let go of old data"),
    "opportunity.scan": Said("扫描机会", "scanned for opportunities"),
    "plan.launch": Said("启动计划", "launched a plan"),
    "plan.propose": Said("提请启动计划", "proposed to launch a plan"),
    "playbook.start": Said("启用打法模板", "started a playbook"),
    "points.enter": Said("记积分", "entered points"),
    "policy.learn": Said("学策略", "learned a policy"),
    "profile.erase": Said("抹除一个人的个人数据", "erased somebody's personal data"),
    "profile.export": Said("导出一个人的全部数据", "handed out all data of somebody"),
    "profile.judge": Said("判断两个客户是不是同一人", "judged whether two are one person"),
    "profile.reveal": Said("查看完整的个人信息", "looked at somebody's details in the clear"),
    "profile.unmerge": Said("拆开合并的客户", "undid a merge"),
    "proposal.judge": Said("审批提案", "judged a proposal"),
    "proposal.look": Said("找提案", "looked for proposals"),
    "quarantine.replay": Said("重放隔离的数据", "replayed quarantined data"),
    "review.send": Said("发送复盘", "sent a review"),
    "rules.change": Said("改了权限规则", "changed the rules of access"),
    "limits.change": Said("改了触达限制", "changed the limits of sending"),
    "model.change": Said("改了语言模型", "changed the language model"),
    "model.try": Said("试了语言模型", "tried the language model"),
    "source.create": Said("建数据来源", "made a source"),
    "source.pull": Said("从数据库拉取", "pulled from a database"),
    "note.write": Said("写了备注", "wrote a note"),
    "work.call": Said("查看电话去拨打", "looked at a number to call"),
    "work.open": Said("建了任务", "opened work"),
    "work.order": Said("改了任务", "changed work"),
    "tag.put": Said("打上或摘掉标签", "put on or took off a tag"),
    "token.change": Said("改了 API 口令", "changed API tokens"),
    "trait.study": Said("重算客户画像", "studied traits"),
}


def use_case_words(name: str) -> Said:
    """Return what to call a use case.

    >>> use_case_words("plan.launch").en, use_case_words("some.thing").zh
    ('launched a plan', 'some.thing')
    """
    return WORDS.get(name) or Said(name, name)
