/** A pool that came back with a backup: why it gives nothing, and the place to say which codes were given out since. */
import { Button, Checkbox, Input } from "antd";
import { type FormEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { Note } from "@/shared/parts/note";
import { ErrorNote } from "@/shared/parts/shown";
import { useRelease } from "../api/coupons";
import styles from "./pool-list.module.css";

export function PoolRelease({ pool }: { pool: string }) {
  const { t } = useTranslation();
  const id = useId();
  const release = useRelease();
  const [typed, setTyped] = useState("");
  const [sure, setSure] = useState(false);
  const given = typed.split(/\s+/).filter(Boolean);
  const save = (event: FormEvent) => {
    event.preventDefault();
    release.mutate({ pool, given });
  };
  return (
    <div className={styles.whole}>
      <Note tone="decide" title={t("coupon.held.title")}>
        <p>{t("coupon.held.why")}</p>
        <form className={styles.release} onSubmit={save}>
          <label htmlFor={id}>{t("coupon.held.given")}</label>
          <Input.TextArea
            id={id}
            rows={3}
            value={typed}
            placeholder="QJ-7K2M9XABC"
            onChange={(event) => setTyped(event.target.value)}
          />
          {given.length === 0 ? (
            <Checkbox checked={sure} onChange={(event) => setSure(event.target.checked)}>
              {t("coupon.held.unknown")}
            </Checkbox>
          ) : null}
          {release.error ? <ErrorNote error={release.error} /> : null}
          <Button htmlType="submit" loading={release.isPending} disabled={given.length === 0 && !sure}>
            {t("coupon.held.release")}
          </Button>
        </form>
      </Note>
    </div>
  );
}
