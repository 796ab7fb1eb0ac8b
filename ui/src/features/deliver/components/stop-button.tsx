/** One button that stops all marketing at once, and says so for as long as it stands still. */
import { useQuery } from "@tanstack/react-query";
import { Button, Popconfirm } from "antd";
import { useTranslation } from "react-i18next";
import { Note } from "@/shared/parts/note";
import { useFormat } from "@/shared/words/use-format";
import { stopsOptions, useStop } from "../api/stops";

export function StopButton() {
  const { t } = useTranslation();
  const stops = useQuery(stopsOptions());
  const { stop } = useStop();
  if (!stops.data || stops.data.standing.some((each) => each.channel === "")) return null;
  return (
    <Popconfirm
      title={t("deliver.stopSure")}
      description={t("deliver.stopWhat")}
      okText={t("deliver.stop")}
      onConfirm={() => stop.mutate("")}
    >
      <Button danger size="large" loading={stop.isPending}>
        {t("deliver.stop")}
      </Button>
    </Popconfirm>
  );
}

export function StandingNotes() {
  const { t } = useTranslation();
  const format = useFormat();
  const stops = useQuery(stopsOptions());
  const { goOn } = useStop();
  return stops.data?.standing.map((each) => (
    <Note
      key={each.channel}
      tone="harm"
      role="status"
      title={each.channel ? t("deliver.channelStands", { channel: each.channel }) : t("deliver.allStands")}
    >
      <p>
        {[each.reason, format.moment(each.at)].filter(Boolean).join(" · ")}
        {" · "}
        {t("deliver.waiting", { messages: format.people(stops.data.waiting) })}
      </p>
      <Button onClick={() => goOn.mutate(each.channel)} loading={goOn.isPending}>
        {t("deliver.goOn")}
      </Button>
    </Note>
  ));
}
