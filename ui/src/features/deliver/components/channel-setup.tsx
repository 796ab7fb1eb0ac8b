/** The set-up checklist of a channel: what is missing, where to get it, how long it takes. */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Badge, type Tone } from "@/shared/parts/note";
import { Waiting } from "@/shared/parts/shown";
import { SideDrawer } from "@/shared/parts/side-drawer";
import { useFormat } from "@/shared/words/use-format";
import { channelSetupOptions } from "../api/channels";
import styles from "./channel-pause.module.css";

const TONES: Record<"done" | "missing" | "by_hand", Tone> = {
  done: "good",
  missing: "decide",
  by_hand: "plain",
};

interface ChannelSetupProps {
  channel: string;
  open: boolean;
  onClose(): void;
}

export function ChannelSetup({ channel, open, onClose }: ChannelSetupProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const setup = useQuery({ ...channelSetupOptions(channel), enabled: open });
  return (
    <SideDrawer open={open} title={t("deliver.setup.title", { channel })} side="right" onClose={onClose}>
      {setup.data ? (
        <>
          <p>
            {format.say(setup.data.name)} ·{" "}
            {setup.data.missing.length
              ? t("deliver.setup.lacks", { count: setup.data.missing.length })
              : t("deliver.setup.ready")}
          </p>
          <ol className={styles.steps}>
            {setup.data.steps.map((step) => (
              <li key={step.what.en}>
                <span className={styles.what}>
                  {format.say(step.what)}
                  <Badge tone={TONES[step.standing]}>{t(`deliver.setup.${step.standing}`)}</Badge>
                </span>
                <span className={styles.again}>
                  {format.say(step.where)} · {format.say(step.takes)}
                </span>
                {step.fields.length ? <code>{step.fields.join(", ")}</code> : null}
                {step.callback && setup.data.callback_path ? (
                  <span>
                    {t("deliver.setup.callback")}{" "}
                    <code>{`${location.origin}${setup.data.callback_path}`}</code>
                  </span>
                ) : null}
              </li>
            ))}
          </ol>
        </>
      ) : (
        <Waiting query={setup} lines={6} />
      )}
    </SideDrawer>
  );
}
