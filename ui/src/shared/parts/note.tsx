/** A sentence with a mark and a tone: never the colour alone. */
import {
  CheckCircleOutlined,
  ExclamationCircleOutlined,
  InfoCircleOutlined,
  StopOutlined,
} from "@ant-design/icons";
import type { ReactNode } from "react";
import styles from "./note.module.css";

export type Tone = "good" | "decide" | "harm" | "plain";

export const marks: Record<Tone, ReactNode> = {
  good: <CheckCircleOutlined />,
  decide: <ExclamationCircleOutlined />,
  harm: <StopOutlined />,
  plain: <InfoCircleOutlined />,
};

interface NoteProps {
  tone: Tone;
  title: ReactNode;
  role?: "alert" | "status";
  children?: ReactNode;
}

export function Note({ tone, title, role, children }: NoteProps) {
  return (
    <div className={styles.note} data-tone={tone} role={role}>
      <span className={styles.mark} aria-hidden="true">
        {marks[tone]}
      </span>
      <div className={styles.body}>
        <div className={styles.title}>{title}</div>
        {children}
      </div>
    </div>
  );
}

/** A page or list with nothing in it yet: what it is for, and the way to fill it. */
export function EmptyNote({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className={styles.empty}>
      <p className={styles.emptyTitle}>{title}</p>
      {children}
    </div>
  );
}

export function Badge({ tone, children }: { tone: Tone; children: ReactNode }) {
  return (
    <span className={styles.badge} data-tone={tone}>
      <span aria-hidden="true">{marks[tone]}</span>
      {children}
    </span>
  );
}
