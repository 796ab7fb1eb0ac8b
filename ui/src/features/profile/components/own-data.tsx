/** What somebody may ask of us by law: all that is held of them, or that it be erased. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Button, Space } from "antd";
import { useTranslation } from "react-i18next";
import { Card } from "@/shared/parts/page";
import { saveFile } from "@/shared/save-file";
import { errorWords } from "@/shared/words/errors";
import { useLanguage } from "@/shared/words/language";
import { erase, handOut } from "../api/erasure";

export function OwnData({ profileId, name }: { profileId: string; name: string }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const { modal, message } = App.useApp();
  const queries = useQueryClient();
  const refused = (error: Error) => {
    const words = errorWords(error, language, t("common.unknownError"));
    modal.error({ title: words.what, content: words.next, okText: t("common.close") });
  };
  const handing = useMutation({
    mutationFn: () => handOut(profileId),
    onSuccess: (held) =>
      saveFile(
        new Blob([JSON.stringify(held, null, 2)], { type: "application/json" }),
        `${held.profile_id}.json`,
      ),
    onError: refused,
  });
  const erasing = useMutation({
    mutationFn: () => erase(profileId),
    onSuccess: (done) => message.success(t("erasure.done", { keys: done.keys })),
    onSettled: () => queries.invalidateQueries({ queryKey: ["profiles"] }),
    onError: refused,
  });
  const ask = () =>
    modal.confirm({
      title: t("erasure.title", { name }),
      content: t("erasure.consequence"),
      icon: null,
      okText: t("erasure.erase"),
      okButtonProps: { danger: true },
      cancelText: t("common.notYet"),
      onOk: () => erasing.mutateAsync().catch(() => undefined),
    });
  return (
    <Card title={t("erasure.card")}>
      <p>{t("erasure.lead")}</p>
      <Space wrap>
        <Button onClick={() => handing.mutate()} loading={handing.isPending}>
          {t("erasure.handOut")}
        </Button>
        <Button danger onClick={ask} loading={erasing.isPending}>
          {t("erasure.erase")}
        </Button>
      </Space>
    </Card>
  );
}
