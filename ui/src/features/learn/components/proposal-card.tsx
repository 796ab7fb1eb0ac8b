/** One proposal as an argument: what falls short, why, what would change, what chance says, and the one click. */
import { App, Button } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Badge, type Tone } from "@/shared/parts/note";
import { Card } from "@/shared/parts/page";
import { ErrorNote } from "@/shared/parts/shown";
import { useFormat } from "@/shared/words/use-format";
import { type Proposal, type ProposalOrder, useProposalOrder } from "../api/proposals";
import { Diff } from "./diff";
import styles from "./proposals.module.css";

const tones: Record<Proposal["status"], Tone> = {
  waits: "decide",
  declined: "plain",
  running: "plain",
  kept: "good",
  rolled_back: "plain",
};

/** What may be done at each step, the likelier first; which one that is follows from the verdict. */
function ordersOf(proposal: Proposal): ProposalOrder[] {
  if (proposal.status === "waits") return ["approve", "decline"];
  if (proposal.status === "kept") return ["roll-back"];
  if (proposal.status !== "running") return [];
  return proposal.verdict === "better" ? ["keep", "roll-back"] : ["roll-back", "keep"];
}

export function ProposalCard({ proposal }: { proposal: Proposal }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Card
      title={`${proposal.journey_name} · ${proposal.node}`}
      aside={<Badge tone={tones[proposal.status]}>{t(`proposal.status.${proposal.status}`)}</Badge>}
    >
      <p className={styles.headline}>{format.say(proposal.headline)}</p>
      {proposal.findings.length > 0 ? (
        <ul className={styles.findings}>
          {proposal.findings.map((finding) => (
            <li key={finding.en}>{format.say(finding)}</li>
          ))}
        </ul>
      ) : null}
      <h3 className={styles.change}>{format.say(proposal.change)}</h3>
      <Diff lines={proposal.diff} />
      <p className={styles.soft}>{format.say(proposal.because)}</p>
      {proposal.status === "waits" ? <p className={styles.soft}>{format.say(proposal.trial)}</p> : null}
      <Trial proposal={proposal} />
      <Orders proposal={proposal} />
    </Card>
  );
}

function Trial({ proposal }: { proposal: Proposal }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (proposal.status === "waits" || proposal.status === "declined") return null;
  return (
    <>
      <p className={styles.trial}>
        {proposal.verdict_sentence ? format.say(proposal.verdict_sentence) : t("proposal.noVerdict")}
      </p>
      {proposal.experiment && proposal.ends_at ? (
        <Link to={`/results/experiments/${proposal.experiment}`}>
          {t("proposal.toExperiment", { at: format.date(proposal.ends_at) })}
        </Link>
      ) : null}
    </>
  );
}

function Orders({ proposal }: { proposal: Proposal }) {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const order = useProposalOrder(proposal.id);
  const orders = ordersOf(proposal);
  if (orders.length === 0) return null;
  const ask = (each: ProposalOrder) =>
    modal.confirm({
      title: t(`proposal.ask.${each}`),
      content: t(`proposal.means.${each}`),
      icon: null,
      okText: t(`proposal.order.${each}`),
      cancelText: t("common.notYet"),
      onOk: () => order.mutateAsync(each).catch(() => undefined),
    });
  return (
    <>
      {order.isError ? <ErrorNote error={order.error} /> : null}
      <div className={styles.orders}>
        {orders.map((each, place) => (
          <Button
            key={each}
            type={place === 0 && (proposal.status === "waits" || proposal.settled) ? "primary" : "default"}
            loading={order.isPending && order.variables === each}
            onClick={() => ask(each)}
          >
            {t(`proposal.order.${each}`)}
          </Button>
        ))}
      </div>
    </>
  );
}
