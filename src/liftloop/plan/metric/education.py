"""The built-in metrics of education and training, as data: trial lessons, courses, lessons, renewals."""

from liftloop.plan.metric.events import after, before, never_before, none_before
from liftloop.profile.metric import Metric, Occurrences, People

TRIAL_BOOKED = "Trial Booked"
TRIAL_ATTENDED = "Trial Attended"
ENROLLED = "Course Enrolled"
COMPLETED = "Course Completed"
DROPPED = "Course Dropped"
SCHEDULED = "Lesson Scheduled"
ATTENDED = "Lesson Attended"
HOMEWORK = "Homework Submitted"

YEAR_DAYS = 365
# A course of a term lasts about half a year.
COURSE_DAYS = 180
# Who came to a trial lesson decides within two months or not at all.
TRIAL_DAYS = 60
TRIAL_AHEAD_DAYS = 30

EDUCATION: tuple[Metric, ...] = (
    Metric(
        id="trial_bookings",
        kind="sum",
        name_zh="试听预约数",
        name_en="trial bookings",
        aliases_zh=("试听预约", "预约试听人数", "体验课预约数"),
        aliases_en=("trial lesson bookings", "trial sign ups", "booked trials"),
        meaning_zh="期内预约试听或体验课的人数",
        meaning_en="people who booked a trial lesson within the window",
        numerator=People(where=(after(TRIAL_BOOKED),)),
        denominator=None,
        movable=False,
        unit="count",
        sources=("events",),
    ),
    Metric(
        id="trial_attendance_rate",
        kind="share",
        name_zh="试听到课率",
        name_en="trial attendance rate",
        aliases_zh=("体验课到课率", "体验课出勤率", "试听出席率"),
        aliases_en=("trial attendance", "trial show rate", "trial lesson attendance"),
        meaning_zh="30 天内预约过试听的人里，期内到课的比例",
        meaning_en="of the people who booked a trial lesson in the 30 days before, the share that came within the "
        "window",
        numerator=People(where=(before(TRIAL_BOOKED, days=TRIAL_AHEAD_DAYS), after(TRIAL_ATTENDED))),
        denominator=People(where=(before(TRIAL_BOOKED, days=TRIAL_AHEAD_DAYS),)),
        movable=False,
        sources=("events",),
    ),
    Metric(
        id="trial_conversion",
        kind="share",
        name_zh="试听转化率",
        name_en="trial conversion",
        aliases_zh=("体验课转化率", "试听报名率", "试听转正率", "转正率"),
        aliases_en=("trial conversion rate", "trial to enrolment rate", "trial to paid conversion"),
        meaning_zh="60 天内试听过、还没有报名的人里，期内报名的比例",
        meaning_en="of the people who attended a trial lesson in the 60 days before and had not enrolled, the "
        "share that enrolled within the window",
        numerator=People(where=(before(TRIAL_ATTENDED, days=TRIAL_DAYS), never_before(ENROLLED), after(ENROLLED))),
        denominator=People(where=(before(TRIAL_ATTENDED, days=TRIAL_DAYS), never_before(ENROLLED))),
        movable=False,
        sources=("events",),
    ),
    Metric(
        id="enrolments",
        kind="sum",
        name_zh="报名人数",
        name_en="course enrolments",
        aliases_zh=("招生人数", "招生数", "招生", "报名数", "报名量", "新签人数"),
        aliases_en=("course enrollments", "new students", "student enrolments", "enrolled students"),
        meaning_zh="期内报名课程的人数",
        meaning_en="people who enrolled in a course within the window",
        numerator=People(where=(after(ENROLLED),)),
        denominator=None,
        movable=False,
        unit="count",
        sources=("events",),
    ),
    Metric(
        id="re_enrolment_rate",
        kind="share",
        name_zh="续报率",
        name_en="re-enrolment rate",
        aliases_zh=("续班率", "续课率", "续读率", "续费续班率"),
        aliases_en=("re-enrollment rate", "re-enrolment", "re-enrollment", "course renewal rate"),
        meaning_zh="过去 365 天报过名的人里，期内再次报名的比例",
        meaning_en="of the people who enrolled in the 365 days before, the share that enrolled again within the window",
        numerator=People(where=(before(ENROLLED, days=YEAR_DAYS), after(ENROLLED))),
        denominator=People(where=(before(ENROLLED, days=YEAR_DAYS),)),
        movable=False,
        sources=("events",),
    ),
    Metric(
        id="completion_rate",
        kind="share",
        name_zh="完课率",
        name_en="course completion rate",
        aliases_zh=("结课率", "课程完成率", "学完率"),
        aliases_en=("completion rate", "course completion", "course finish rate"),
        meaning_zh="180 天内报名、还没有学完的人里，期内学完的比例",
        meaning_en="of the people who enrolled in the 180 days before and had not finished, the share that "
        "completed the course within the window",
        numerator=People(
            where=(before(ENROLLED, days=COURSE_DAYS), none_before(COMPLETED, COURSE_DAYS), after(COMPLETED))
        ),
        denominator=People(where=(before(ENROLLED, days=COURSE_DAYS), none_before(COMPLETED, COURSE_DAYS))),
        movable=False,
        sources=("events",),
    ),
    Metric(
        id="attendance_rate",
        kind="ratio",
        name_zh="到课率",
        name_en="lesson attendance rate",
        aliases_zh=("出勤率", "上课率", "课程出勤率"),
        aliases_en=("lesson attendance", "class attendance", "class attendance rate", "attendance rate"),
        meaning_zh="期内排定的课里，到课的比例",
        meaning_en="lessons attended over lessons scheduled within the window",
        numerator=Occurrences(events=(ATTENDED,)),
        denominator=Occurrences(events=(SCHEDULED,)),
        movable=True,
        unit_of_analysis="lesson",
        sources=("events",),
    ),
    Metric(
        id="lessons_taken",
        kind="sum",
        name_zh="课消",
        name_en="lessons taken",
        aliases_zh=("课消数", "消课数", "消课量", "课时消耗", "消耗课时", "消课"),
        aliases_en=("lesson consumption", "lessons consumed", "class hours consumed"),
        meaning_zh="期内上掉的课时数",
        meaning_en="lessons attended within the window",
        numerator=Occurrences(events=(ATTENDED,)),
        denominator=None,
        movable=False,
        unit="count",
        sources=("events",),
    ),
    Metric(
        id="homework_rate",
        kind="share",
        name_zh="作业提交率",
        name_en="homework submission rate",
        aliases_zh=("作业完成率", "交作业率", "打卡率"),
        aliases_en=("homework rate", "homework completion rate", "assignment submission rate"),
        meaning_zh="30 天内上过课的人里，期内交过作业的比例",
        meaning_en="of the people who attended a lesson in the 30 days before, the share that handed in homework "
        "within the window",
        numerator=People(where=(before(ATTENDED, days=30), after(HOMEWORK))),
        denominator=People(where=(before(ATTENDED, days=30),)),
        movable=False,
        sources=("events",),
    ),
    Metric(
        id="learner_active_rate",
        kind="share",
        name_zh="学员活跃率",
        name_en="learner active rate",
        aliases_zh=("学习活跃率", "在读活跃率", "学员活跃度"),
        aliases_en=("active learner rate", "learner activity rate", "student active rate"),
        meaning_zh="过去 365 天报过名的人里，期内上过课的比例",
        meaning_en="of the people who enrolled in the 365 days before, the share that attended a lesson within the "
        "window",
        numerator=People(where=(before(ENROLLED, days=YEAR_DAYS), after(ATTENDED))),
        denominator=People(where=(before(ENROLLED, days=YEAR_DAYS),)),
        movable=False,
        sources=("events",),
    ),
    Metric(
        id="drop_out_rate",
        kind="share",
        name_zh="退课率",
        name_en="drop-out rate",
        aliases_zh=("退费率", "退学率", "退班率"),
        aliases_en=("dropout rate", "course drop rate", "course refund rate", "drop-out"),
        meaning_zh="过去 180 天报过名的人里，期内退课的比例",
        meaning_en="of the people who enrolled in the 180 days before, the share that dropped the course within "
        "the window",
        numerator=People(where=(before(ENROLLED, days=COURSE_DAYS), after(DROPPED))),
        denominator=People(where=(before(ENROLLED, days=COURSE_DAYS),)),
        movable=False,
        good="down",
        sources=("events",),
    ),
)
