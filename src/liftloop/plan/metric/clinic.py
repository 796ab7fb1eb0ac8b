"""The built-in metrics of clinics and hospitals, as data: appointments, consultations, follow-ups, treatment."""

from liftloop.plan.metric.events import after, before, never_before
from liftloop.profile.metric import Metric, Occurrences, People

BOOKED = "Appointment Booked"
MISSED = "Appointment Missed"
CONSULTED = "Consultation Completed"
ENQUIRED = "Enquiry Made"
CHECKED_UP = "Checkup Completed"
PROPOSED = "Treatment Proposed"
STARTED = "Treatment Started"
DISPENSED = "Prescription Filled"

YEAR_DAYS = 365
# A course of treatment with its follow-ups rarely takes more than half a year.
TREATMENT_DAYS = 180
# Appointments are made up to a month ahead, proposals and enquiries decided within two.
AHEAD_DAYS = 30
DECISION_DAYS = 60
PRESCRIPTION_DAYS = 90

CLINIC: tuple[Metric, ...] = (
    Metric(
        id="follow_up_rate",
        kind="share",
        name_zh="复诊率",
        name_en="follow-up visit rate",
        aliases_zh=("复诊", "回诊率", "复查率", "复诊到诊率"),
        aliases_en=("follow-up rate", "follow up visit", "return visit rate", "revisit rate"),
        meaning_zh="180 天内就诊过的人里，期内再次就诊的比例",
        meaning_en="of the patients seen in the 180 days before, the share seen again within the window",
        numerator=People(where=(before(CONSULTED, days=TREATMENT_DAYS), after(CONSULTED))),
        denominator=People(where=(before(CONSULTED, days=TREATMENT_DAYS),)),
        movable=False,
        sources=("events",),
    ),
    Metric(
        id="booking_rate",
        kind="share",
        name_zh="预约率",
        name_en="appointment booking rate",
        aliases_zh=("预约转化率", "挂号率", "约诊率"),
        aliases_en=("booking rate", "appointment rate"),
        meaning_zh="过去 365 天就诊或咨询过的人里，期内预约的比例",
        meaning_en="of the people seen or asking in the 365 days before, the share that booked an appointment "
        "within the window",
        numerator=People(where=(before(CONSULTED, ENQUIRED, days=YEAR_DAYS), after(BOOKED))),
        denominator=People(where=(before(CONSULTED, ENQUIRED, days=YEAR_DAYS),)),
        movable=False,
        sources=("events",),
    ),
    Metric(
        id="show_rate",
        kind="share",
        name_zh="到诊率",
        name_en="show-up rate",
        aliases_zh=("预约到诊率", "赴约率", "预约履约率", "履约率", "到院率"),
        aliases_en=("show rate", "appointment show rate", "kept appointment rate", "appointment attendance rate"),
        meaning_zh="30 天内预约过的人里，期内到诊的比例",
        meaning_en="of the people with an appointment booked in the 30 days before, the share that came within the "
        "window",
        numerator=People(where=(before(BOOKED, days=AHEAD_DAYS), after(CONSULTED))),
        denominator=People(where=(before(BOOKED, days=AHEAD_DAYS),)),
        movable=False,
        sources=("events",),
    ),
    Metric(
        id="no_show_rate",
        kind="share",
        name_zh="爽约率",
        name_en="no-show rate",
        aliases_zh=("失约率", "未到诊率", "爽约"),
        aliases_en=(
            "no show",
            "appointment no-show",
            "appointment no-show rate",
            "missed appointment rate",
            "missed appointment",
        ),
        meaning_zh="30 天内预约过的人里，期内爽约的比例",
        meaning_en="of the people with an appointment booked in the 30 days before, the share that missed one "
        "within the window",
        numerator=People(where=(before(BOOKED, days=AHEAD_DAYS), after(MISSED))),
        denominator=People(where=(before(BOOKED, days=AHEAD_DAYS),)),
        movable=False,
        good="down",
        sources=("events",),
    ),
    Metric(
        id="consultations",
        kind="sum",
        name_zh="就诊人次",
        name_en="consultations",
        aliases_zh=("门诊量", "接诊量", "诊次", "就诊量"),
        aliases_en=("number of consultations", "patient visits", "outpatient visits"),
        meaning_zh="期内的就诊人次",
        meaning_en="consultations within the window",
        numerator=Occurrences(events=(CONSULTED,)),
        denominator=None,
        movable=False,
        unit="count",
        sources=("events",),
    ),
    Metric(
        id="new_patients",
        kind="sum",
        name_zh="初诊人数",
        name_en="new patients",
        aliases_zh=("新患数", "新患人数", "新患者数", "初诊数", "初诊量"),
        aliases_en=("number of new patients", "first visits", "new patient count"),
        meaning_zh="期内第一次就诊的人数",
        meaning_en="people whose first consultation falls within the window",
        numerator=People(where=(never_before(CONSULTED), after(CONSULTED))),
        denominator=None,
        movable=False,
        unit="count",
        sources=("events",),
    ),
    Metric(
        id="first_visit_conversion",
        kind="share",
        name_zh="初诊转化率",
        name_en="enquiry conversion",
        aliases_zh=("咨询到诊率", "咨询转化率", "线索到诊率", "上门率"),
        aliases_en=("enquiry conversion rate", "inquiry conversion", "enquiry to visit rate", "first visit rate"),
        meaning_zh="60 天内咨询过、还没有就诊的人里，期内第一次就诊的比例",
        meaning_en="of the people who asked in the 60 days before and were never seen, the share seen within the "
        "window",
        numerator=People(where=(before(ENQUIRED, days=DECISION_DAYS), never_before(CONSULTED), after(CONSULTED))),
        denominator=People(where=(before(ENQUIRED, days=DECISION_DAYS), never_before(CONSULTED))),
        movable=False,
        sources=("events",),
    ),
    Metric(
        id="treatment_acceptance_rate",
        kind="share",
        name_zh="治疗方案接受率",
        name_en="treatment acceptance rate",
        aliases_zh=("方案接受率", "治疗接受率", "方案成交率", "治疗成交率", "开单成交率"),
        aliases_en=("treatment acceptance", "case acceptance rate", "plan acceptance rate"),
        meaning_zh="60 天内给过治疗方案的人里，期内开始治疗的比例",
        meaning_en="of the patients with a treatment proposed in the 60 days before, the share that started it "
        "within the window",
        numerator=People(where=(before(PROPOSED, days=DECISION_DAYS), after(STARTED))),
        denominator=People(where=(before(PROPOSED, days=DECISION_DAYS),)),
        movable=False,
        sources=("events",),
    ),
    Metric(
        id="checkup_rate",
        kind="share",
        name_zh="体检率",
        name_en="check-up rate",
        aliases_zh=("复检率", "体检参与率", "体检到检率", "洁牙率"),
        aliases_en=("checkup rate", "health check rate", "screening rate"),
        meaning_zh="过去 365 天就诊过的人里，期内做过体检或检查的比例",
        meaning_en="of the patients seen in the 365 days before, the share with a check-up within the window",
        numerator=People(where=(before(CONSULTED, days=YEAR_DAYS), after(CHECKED_UP))),
        denominator=People(where=(before(CONSULTED, days=YEAR_DAYS),)),
        movable=False,
        sources=("events",),
    ),
    Metric(
        id="refill_rate",
        kind="share",
        name_zh="续方率",
        name_en="prescription refill rate",
        aliases_zh=("复购药率", "续药率", "取药率", "用药依从率"),
        aliases_en=("refill rate", "adherence rate", "medication adherence"),
        meaning_zh="90 天内取过药的人里，期内再次取药的比例",
        meaning_en="of the patients with a prescription filled in the 90 days before, the share that filled "
        "another within the window",
        numerator=People(where=(before(DISPENSED, days=PRESCRIPTION_DAYS), after(DISPENSED))),
        denominator=People(where=(before(DISPENSED, days=PRESCRIPTION_DAYS),)),
        movable=False,
        sources=("events",),
    ),
)
