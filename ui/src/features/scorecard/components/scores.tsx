/** What the ledger says of our forecasts, in one sentence and a few numbers. */
import { useTranslation } from "react-i18next";
import { Facts } from "@/shared/parts/facts";
import { Note, type Tone } from "@/shared/parts/note";
import { Card, Details } from "@/shared/parts/page";
import { useFormat } from "@/shared/words/use-format";
import type { Scorecard } from "../api/scorecard";

const tones: Record<Scorecard["standing"], Tone> = {
  empty: "plain",
  too_few: "plain",
  kept: "good",
  wrong: "decide",
};

export function Scores({ card }: { card: Scorecard }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { scores } = card;
  const share = (value: number | null) => (value === null ? "—" : format.percent(value, 0));
  return (
    <>
      <Note tone={tones[card.standing]} title={format.say(card.sentence)}>
        {card.next ? <p>{format.say(card.next)}</p> : null}
      </Note>
      {scores.campaigns > 0 ? (
        <Card title={t("scorecard.howGood")}>
          <Facts
            large
            facts={[
              {
                name: t("scorecard.coverage"),
                value: share(scores.coverage_90),
                under: t("scorecard.wanted", { share: "90%" }),
              },
              {
                name: t("scorecard.bias"),
                value: scores.bias === null ? "—" : format.lift(scores.bias, "relative", 0),
                under: t("scorecard.biasUnder"),
              },
              {
                name: t("scorecard.wrongSign"),
                value: share(scores.wrong_sign),
                under: t("scorecard.wrongSignUnder"),
              },
            ]}
          />
          <Details summary={t("common.details")}>
            <Facts
              facts={[
                {
                  name: t("scorecard.coverageAt", { share: "50%" }),
                  value: share(scores.coverage_50),
                },
                {
                  name: t("scorecard.coverageAt", { share: "80%" }),
                  value: share(scores.coverage_80),
                },
                {
                  name: t("scorecard.slope"),
                  value: scores.slope === null ? "—" : format.number(scores.slope),
                  under: t("scorecard.slopeUnder"),
                },
                {
                  name: t("scorecard.winkler"),
                  value: scores.winkler === null ? "—" : format.number(scores.winkler),
                  under: t("scorecard.winklerUnder"),
                },
                {
                  name: t("scorecard.stretch"),
                  value: card.stretch_90 === null ? "—" : format.number(card.stretch_90),
                  under: t("scorecard.stretchUnder"),
                },
              ]}
            />
          </Details>
        </Card>
      ) : null}
    </>
  );
}
