/** What can be asked of a plan anew: proof declined or wanted, and another plan where things have changed since. */
import { App, Button } from "antd";
import { useTranslation } from "react-i18next";
import { Note } from "@/shared/parts/note";
import { useFormat } from "@/shared/words/use-format";
import type { Plan } from "../api/plans";

interface ProofProps {
  plan: Plan;
  onWish(proof: boolean): void;
  busy: boolean;
}

export function Proof({ plan, onWish, busy }: ProofProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const { modal } = App.useApp();
  const declined = plan.holdout?.declined ?? false;
  const ask = () =>
    modal.confirm({
      title: t("timing.declineTitle"),
      content: t("timing.declineBody", { cost: format.money(plan.holdout?.cost ?? 0) }),
      icon: null,
      okText: t("timing.declineOk"),
      cancelText: t("common.notYet"),
      onOk: () => onWish(false),
    });
  return (
    <Button size="small" loading={busy} onClick={declined ? () => onWish(true) : ask}>
      {t(declined ? "timing.prove" : "timing.decline")}
    </Button>
  );
}

export function Changed({ plan, onAgain, busy }: { plan: Plan; onAgain(): void; busy: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const notices = plan.notices ?? [];
  if (notices.length === 0) return null;
  return (
    <Note
      tone={notices.some((notice) => notice.stops) ? "harm" : "decide"}
      title={t("timing.changed")}
      role="status"
    >
      {notices.map((notice) => (
        <p key={notice.id}>{format.say(notice.sentence)}</p>
      ))}
      <Button size="small" loading={busy} onClick={onAgain}>
        {t("timing.again")}
      </Button>
    </Note>
  );
}
