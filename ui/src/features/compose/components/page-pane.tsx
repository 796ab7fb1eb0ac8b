/** A landing page in its true look, and where the public finds it. */
import { useQuery } from "@tanstack/react-query";
import { Segmented, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Badge } from "@/shared/parts/note";
import { Card } from "@/shared/parts/page";
import { ErrorNote, Waiting } from "@/shared/parts/shown";
import { pagePlaceOptions, usePagePreview } from "../api/contents";
import styles from "./contents.module.css";

const WIDE_PX = 1280;
const NARROW_PX = 390;
const WIDE_ZOOM = 0.5; // So that a desktop stands beside the editor.

export function PagePane({ content }: { content: Record<string, unknown> }) {
  const { t } = useTranslation();
  const [width, setWidth] = useState(NARROW_PX);
  const seen = usePagePreview(content);
  if (seen.isError) return <ErrorNote error={seen.error} />;
  if (!seen.data) return <Waiting query={seen} lines={6} />;
  return (
    <div className={styles.preview}>
      <div className={styles.bar}>
        <Segmented
          value={width}
          aria-label={t("page.look")}
          onChange={setWidth}
          options={[
            { value: NARROW_PX, label: t("page.narrow") },
            { value: WIDE_PX, label: t("page.wide") },
          ]}
        />
      </div>
      <div className={styles.frame}>
        {/* No scripts, no forms, no links that lead away: a page is looked at, never run. */}
        <iframe
          title={t("page.frame")}
          sandbox=""
          srcDoc={seen.data.html}
          style={{
            width,
            zoom: width === WIDE_PX ? WIDE_ZOOM : 1,
            height: width === WIDE_PX ? 1200 : 640,
          }}
        />
      </div>
    </div>
  );
}

export function PagePlace({ contentId, version }: { contentId: string; version: number }) {
  const { t } = useTranslation();
  const place = useQuery(pagePlaceOptions(contentId));
  if (!place.data) return null;
  const { state, url, version: shown } = place.data;
  return (
    <Card title={t("page.place")}>
      <div className={styles.form}>
        <span>
          <Badge tone={state === "public" ? "good" : "plain"}>
            {t(`page.states.${state}`, { version: shown })}
          </Badge>
        </span>
        {state === "public" && shown !== version ? (
          <p className={styles.about}>{t("page.newer", { version: shown })}</p>
        ) : null}
        {url ? (
          <Typography.Text copyable>{url}</Typography.Text>
        ) : (
          <p className={styles.about}>{t("page.noUrl")}</p>
        )}
        <div>
          <p className={styles.about}>{t("page.inMessage")}</p>
          <Typography.Text code copyable>{`{{ pages.${contentId} }}`}</Typography.Text>
        </div>
      </div>
    </Card>
  );
}
