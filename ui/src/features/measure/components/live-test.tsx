/** Which variant does better, where people went meanwhile, and what may be claimed of it. */
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useLook } from "@/shared/appearance";
import { Chart } from "@/shared/chart/chart";
import { Card, Details } from "@/shared/parts/page";
import { useFormat } from "@/shared/words/use-format";
import type { LiveTest as Test } from "../api/live";
import { RIVER_HEIGHT_PX, riverOption } from "../model/river";
import styles from "./live.module.css";

export function LiveTest({ test }: { test: Test }) {
  const { t } = useTranslation();
  const format = useFormat();
  const look = useLook();
  const option = useMemo(() => riverOption(test, look, format), [test, look, format]);
  return (
    <Card title={t("live.test")} aside={test.held ? <span>{t("live.held")}</span> : undefined}>
      {test.river.length > 1 ? (
        <Chart
          title={format.say(test.standing)}
          option={option}
          heightPx={RIVER_HEIGHT_PX}
          caption={t(test.moves.length > 1 ? "live.riverCaption" : "live.riverStill")}
          table={{
            columns: [t("live.hour"), ...test.variants.map((variant) => variant.id)],
            rows: test.river.map((point) => [format.moment(point.at), ...point.people.map(format.people)]),
          }}
        />
      ) : (
        <p className={styles.standing}>{format.say(test.standing)}</p>
      )}
      <ul className={styles.variants}>
        {test.variants.map((variant) => (
          <li key={variant.id}>
            <strong>{variant.id}</strong>
            <span className={styles.content}>{variant.content}</span>
            <span className={styles.figure}>
              {format.percent(variant.share, 0)}
              <span>{t("live.share")}</span>
            </span>
            <span className={styles.figure}>
              {variant.people > 0 ? format.percent(variant.responses / variant.people) : "—"}
              <span>
                {t("live.responses", {
                  responses: format.people(variant.responses),
                  people: format.people(variant.people),
                })}
              </span>
            </span>
          </li>
        ))}
      </ul>
      <p className={styles.claim}>{format.say(test.claim)}</p>
      <p className={styles.gain}>{format.say(test.gain)}</p>
      <Details summary={t("common.details")}>
        <p className={styles.gain}>{t("live.method")}</p>
        {test.second_opinion.length > 0 ? (
          <p className={styles.gain}>
            {t("live.second", {
              values: test.second_opinion.map((value) => format.number(value * 100)).join(", "),
            })}
          </p>
        ) : null}
      </Details>
    </Card>
  );
}
