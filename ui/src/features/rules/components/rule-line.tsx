/** A line of a form of rules: what it is about, the control, and where it may be off, a switch before it. */
import { Switch } from "antd";
import { type ReactNode, useId } from "react";
import styles from "./rules.module.css";

interface RuleLineProps {
  label: string;
  hint?: string;
  /** Undefined where it cannot be off. */
  on?: boolean;
  fixed: boolean;
  onSwitch?(on: boolean): void;
  children?: ReactNode;
}

export function RuleLine({ label, hint, on, fixed, onSwitch, children }: RuleLineProps) {
  const id = useId();
  return (
    <section className={styles.line} aria-labelledby={id}>
      <div className={styles.lineHead}>
        <h3 id={id}>{label}</h3>
        {on === undefined ? null : (
          <Switch aria-labelledby={id} checked={on} disabled={fixed} onChange={(next) => onSwitch?.(next)} />
        )}
      </div>
      {hint ? <p className={styles.soft}>{hint}</p> : null}
      {on === false || !children ? null : <div className={styles.controls}>{children}</div>}
    </section>
  );
}
