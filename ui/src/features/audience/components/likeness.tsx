/** Who is most like these people, how surely, and an audience of so many of them. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import type { Views } from "@/shared/api/client";
import { Note } from "@/shared/parts/note";
import { Card } from "@/shared/parts/page";
import { ErrorNote } from "@/shared/parts/shown";
import { useFormat } from "@/shared/words/use-format";
import { saveAudience } from "../api/audiences";
import { predictAudience, predictionsOptions } from "../api/predictions";
import styles from "./likeness.module.css";

const USUAL_SHARE = 0.05;

export function LikenessCard({ audience }: { audience: Views["Audience"] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const queries = useQueryClient();
  const last = useQuery(predictionsOptions());
  const study = useMutation({
    mutationFn: () => predictAudience(audience.audience_id),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["predictions"] }),
  });
  const found =
    study.data ?? last.data?.predictions.find((each) => each.audience_id === audience.audience_id);
  return (
    <Card title={t("audience.like")}>
      <p className={styles.lead}>{t("audience.likeLead")}</p>
      <Button loading={study.isPending} onClick={() => study.mutate()}>
        {found ? t("audience.studyAgain") : t("audience.likeStudy")}
      </Button>
      {found ? (
        <span className={styles.when}>{t("audience.studied", { at: format.moment(found.at) })}</span>
      ) : null}
      {study.isError ? <ErrorNote error={study.error} /> : null}
      {found ? <Found found={found} name={audience.name} /> : null}
    </Card>
  );
}

function Found({ found, name }: { found: Views["Likeness"]; name: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const navigate = useNavigate();
  const [share, setShare] = useState(USUAL_SHARE);
  const save = useMutation({
    mutationFn: () =>
      saveAudience({
        name: t("audience.likeName", { name, share: format.percent(share) }),
        definition: { trait: found.trait, gte: 1 - share },
      }),
    onSuccess: (made) => void navigate(`/audiences/${made.audience_id}`),
  });
  const point = found.curve.find((each) => each.share === share);
  const usable = found.verdict === "usable";
  return (
    <div className={styles.found} aria-live="polite">
      <Note tone={usable ? "good" : "decide"} title={format.say(found.sentence)} />
      {point ? (
        <>
          <div className={styles.size}>
            <span>{t("audience.likeSize")}</span>
            <Select
              aria-label={t("audience.likeSize")}
              popupMatchSelectWidth={false}
              value={share}
              onChange={setShare}
              options={found.curve.map((each) => ({
                value: each.share,
                label: t("audience.likeShare", {
                  share: format.percent(each.share),
                  people: format.people(Math.round(each.share * found.candidates)),
                }),
              }))}
            />
          </div>
          <p>
            {t("audience.likePrecision", {
              model: format.percent(point.precision),
              simple: format.percent(point.simple_precision),
              random: format.percent(point.random_precision),
            })}
          </p>
        </>
      ) : null}
      {usable ? (
        <Button type="primary" loading={save.isPending} onClick={() => save.mutate()}>
          {t("audience.likeMake")}
        </Button>
      ) : null}
      {save.isError ? <ErrorNote error={save.error} /> : null}
    </div>
  );
}
