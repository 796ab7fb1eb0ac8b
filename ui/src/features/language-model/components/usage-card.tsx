/** What this month came to, and each call: when, who, for what, what came of it. */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Facts } from "@/shared/parts/facts";
import { EmptyNote } from "@/shared/parts/note";
import { Card } from "@/shared/parts/page";
import { Shown } from "@/shared/parts/shown";
import { useFormat } from "@/shared/words/use-format";
import { callsOptions, type ModelCall, type ModelSheet } from "../api/model";
import styles from "./model.module.css";

export function UsageCard({ sheet }: { sheet: ModelSheet }) {
  const { t } = useTranslation();
  const format = useFormat();
  const calls = useQuery(callsOptions);
  const { usage, model } = sheet;
  const facts = [
    {
      name: t("model.spent"),
      value: format.money(usage.spent_fen),
      under: t("model.of", { of: format.money(model.month_fen) }),
    },
    {
      name: t("model.tokens"),
      value: format.number(usage.tokens_in + usage.tokens_out),
      under: t("model.of", { of: format.number(model.month_tokens) }),
    },
    {
      name: t("model.calls"),
      value: format.number(usage.calls),
      under: t("model.drafted", { count: usage.drafted }),
    },
  ];
  return (
    <Card title={t("model.usage")}>
      <Facts facts={facts} />
      <Shown query={calls} lines={3}>
        {({ calls: each }) =>
          each.length === 0 ? (
            <EmptyNote title={t("model.noCalls")} />
          ) : (
            <ul className={styles.calls}>
              {each.map((call) => (
                <Call key={call.id} call={call} />
              ))}
            </ul>
          )
        }
      </Shown>
    </Card>
  );
}

function Call({ call }: { call: ModelCall }) {
  const { t } = useTranslation();
  const format = useFormat();
  const cost = t("model.tokensFor", {
    tokens: format.number(call.tokens_in + call.tokens_out),
    cost: format.money(call.cost_fen),
  });
  return (
    <li>
      <div className={styles.row}>
        <span>{format.moment(call.at)}</span>
        <span className={styles.grow}>
          {format.say(call.who)} · {t(`model.purposes.${call.purpose}`)} · {call.model}
        </span>
        <span className={styles.soft}>{cost}</span>
      </div>
      <div className={styles.soft}>{format.say(call.says)}</div>
      {call.asked ? (
        <details>
          <summary>{t("model.texts")}</summary>
          <pre className={styles.text}>{call.asked}</pre>
          {call.answered ? <pre className={styles.text}>{call.answered}</pre> : null}
        </details>
      ) : null}
    </li>
  );
}
