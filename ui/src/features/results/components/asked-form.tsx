/** The form of a question; on a phone it is folded, so that the answer is what one sees first. */
import { Grid } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Card } from "@/shared/parts/page";
import { useFormat } from "@/shared/words/use-format";
import styles from "./results.module.css";

interface AskedFormProps {
  /** What is asked now, said where the form is folded. */
  days: { from?: string | null; to?: string | null };
  children: ReactNode;
}

export function AskedForm({ days, children }: AskedFormProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const { md, xs } = Grid.useBreakpoint();
  const folded = md === false && xs !== undefined;
  if (!folded) return <Card>{children}</Card>;
  const said = [days.from, days.to].flatMap((day) => (day ? [format.day(`${day}T12:00:00+08:00`)] : []));
  return (
    <Card>
      <details className={styles.folded}>
        <summary>{t("results.askAnew", { days: said.join(" – ") })}</summary>
        {children}
      </details>
    </Card>
  );
}
