/** Who said what of the words as they are now, and the next step. */
import { Button, Input } from "antd";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { Badge } from "@/shared/parts/note";
import { ErrorNote } from "@/shared/parts/shown";
import { useFormat } from "@/shared/words/use-format";
import { type ContentShown, type ReviewStep, useReview } from "../api/contents";
import { stateTones } from "./content-list";
import styles from "./contents.module.css";

export function Approval({ shown }: { shown: ContentShown }) {
  const { t } = useTranslation();
  const format = useFormat();
  const field = useId();
  const [remark, setRemark] = useState("");
  const review = useReview(shown.row.content_id);
  const state = shown.row.state;
  const say = (step: ReviewStep) => review.mutate({ step, remark }, { onSuccess: () => setRemark("") });
  return (
    <div className={styles.form}>
      <div className={styles.bar}>
        <Badge tone={stateTones[state]}>{t(`content.states.${state}`)}</Badge>
        <span className={styles.about}>{t(`content.stateMeans.${state}`)}</span>
      </div>
      <div className={styles.field}>
        <label htmlFor={field}>{t("content.remark")}</label>
        <Input.TextArea
          id={field}
          value={remark}
          maxLength={2000}
          autoSize={{ minRows: 1, maxRows: 4 }}
          onChange={(event) => setRemark(event.target.value)}
        />
      </div>
      {review.isError ? <ErrorNote error={review.error} /> : null}
      <div className={styles.bar}>
        {state === "draft" || state === "rejected" ? (
          <Button loading={review.isPending} onClick={() => say("submit")}>
            {t("content.submit")}
          </Button>
        ) : null}
        {state === "approved" ? null : (
          <Button loading={review.isPending} onClick={() => say("approve")}>
            {t("content.approve")}
          </Button>
        )}
        <Button
          danger
          disabled={remark.trim() === ""}
          loading={review.isPending}
          onClick={() => say("reject")}
        >
          {t("content.reject")}
        </Button>
      </div>
      <ol className={styles.past}>
        {shown.reviews.map((each) => (
          <li key={`${each.at}${each.status}`}>
            <span className={styles.about}>{format.moment(each.at)}</span> {format.say(each.by)}{" "}
            {t(`content.states.${each.status}`)} v{each.version}
            {each.remark ? <q>{each.remark}</q> : null}
          </li>
        ))}
      </ol>
    </div>
  );
}
