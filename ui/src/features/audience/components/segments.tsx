/** The groups that behaviour falls into, each named by what sets it apart; every card becomes an audience. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import type { Views } from "@/shared/api/client";
import { Note } from "@/shared/parts/note";
import { Card } from "@/shared/parts/page";
import { ErrorNote } from "@/shared/parts/shown";
import { useFormat } from "@/shared/words/use-format";
import { saveAudience } from "../api/audiences";
import { segmentsOptions, studySegments } from "../api/predictions";
import styles from "./likeness.module.css";

export function SegmentsCard() {
  const { t } = useTranslation();
  const format = useFormat();
  const queries = useQueryClient();
  const last = useQuery(segmentsOptions());
  const study = useMutation({
    mutationFn: studySegments,
    onSuccess: () => queries.invalidateQueries({ queryKey: ["segments"] }),
  });
  const found = study.data ?? last.data?.study;
  return (
    <Card title={t("audience.segments")}>
      <p className={styles.lead}>{t("audience.segmentsLead")}</p>
      <Button loading={study.isPending} onClick={() => study.mutate()}>
        {found ? t("audience.studyAgain") : t("audience.segmentsStudy")}
      </Button>
      {found ? (
        <span className={styles.when}>{t("audience.studied", { at: format.moment(found.at) })}</span>
      ) : null}
      {study.isError ? <ErrorNote error={study.error} /> : null}
      {found && found.segments.length === 0 ? <Note tone="plain" title={t("audience.segmentsNone")} /> : null}
      <ul className={styles.cards} aria-live="polite">
        {(found?.segments ?? []).map((segment) => (
          <SegmentRow key={segment.id} segment={segment} of={found?.people ?? 0} />
        ))}
      </ul>
    </Card>
  );
}

function SegmentRow({ segment, of }: { segment: Views["SegmentCard"]; of: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const navigate = useNavigate();
  const save = useMutation({
    mutationFn: () =>
      saveAudience({ name: format.say(segment.name), definition: { trait: "segment", in: [segment.id] } }),
    onSuccess: (made) => void navigate(`/audiences/${made.audience_id}`),
  });
  const plain = (value: number) => String(Math.round(value * 10) / 10);
  return (
    <li>
      <strong>{format.say(segment.name)}</strong>
      <span>
        {t("audience.segmentPeople", {
          people: format.people(segment.people),
          share: format.percent(of > 0 ? segment.people / of : 0),
        })}
      </span>
      {segment.differences.map((each) => (
        <span key={each.name.en}>
          {t("audience.segmentDiffers", {
            name: format.say(each.name),
            mean: plain(each.mean),
            others: plain(each.others),
          })}
        </span>
      ))}
      <Button size="small" loading={save.isPending} onClick={() => save.mutate()}>
        {t("audience.likeMake")}
      </Button>
      {save.isError ? <ErrorNote error={save.error} /> : null}
    </li>
  );
}
