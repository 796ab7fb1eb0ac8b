/** Fields that lie in the clear first, because they may need a decision; then what is sealed and what hides. */
import { Tag } from "antd";
import { useTranslation } from "react-i18next";
import type { Views } from "@/shared/api/client";
import { Note } from "@/shared/parts/note";
import { Card } from "@/shared/parts/page";
import { useFormat } from "@/shared/words/use-format";
import styles from "./data.module.css";
import own from "./personal-fields.module.css";

export function PersonalFields({ found }: { found: Views["PersonalFieldsView"] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const called = (field: Views["PersonalFieldView"]) =>
    format.say(field.name) === field.id
      ? field.id
      : t("source.personal.called", { name: format.say(field.name), id: field.id });
  return (
    <>
      <Card title={t("source.personal.hidden")}>
        <div className={styles.form}>
          {found.hidden.length > 0 ? (
            <Note tone="decide" title={t("source.personal.hiddenSome", { count: found.hidden.length })}>
              <p>{t("source.personal.hiddenMeans")}</p>
            </Note>
          ) : (
            <Note tone="good" title={t("source.personal.hiddenNone")} />
          )}
          <Names names={found.hidden.map(called)} />
          <p className={styles.quiet}>{t("source.personal.add")}</p>
          <pre className={own.code}>{EXAMPLE}</pre>
        </div>
      </Card>
      <Card title={t("source.personal.sealed")}>
        <div className={styles.form}>
          <p className={styles.quiet}>{t("source.personal.sealedMeans")}</p>
          <Names names={[...found.own.map(called), ...found.sealed]} />
          <p className={styles.quiet}>{t("source.personal.traits")}</p>
          <Names names={found.sealed_traits} />
        </div>
      </Card>
      <Card title={t("source.personal.words")}>
        <div className={styles.form}>
          <p className={styles.quiet}>{t("source.personal.wordsMean")}</p>
          <Names names={found.words} />
        </div>
      </Card>
    </>
  );
}

const EXAMPLE = `POST /api/fields
{"id": "passport_no", "zh": "护照号", "en": "Passport number", "type": "text", "personal": true}`;

function Names({ names }: { names: string[] }) {
  if (names.length === 0) return null;
  return (
    <div className={own.names}>
      {names.map((name) => (
        <Tag key={name}>{name}</Tag>
      ))}
    </div>
  );
}
