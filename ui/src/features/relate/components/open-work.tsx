/** Opens work about a customer by hand; whose it is, the rules say. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, Input, InputNumber, Modal, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ErrorNote } from "@/shared/parts/shown";
import { openWork, type Work, type WorkKind } from "../api/work";
import styles from "./work.module.css";

type Sort = Exclude<Work["sort"], "">;

const SORTS: Record<WorkKind, Sort[]> = {
  task: ["call", "confirm", "visit", "other"],
  ticket: ["normal", "low", "high", "urgent"],
  lead: [],
  deal: [],
};

export function OpenWork({ kind, person = "" }: { kind: WorkKind; person?: string }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [shown, setShown] = useState(false);
  const [who, setWho] = useState(person);
  const [title, setTitle] = useState("");
  const [text, setText] = useState("");
  const [yuan, setYuan] = useState<number | null>(null);
  const [sort, setSort] = useState<Work["sort"]>(SORTS[kind][0] ?? "");
  const open = useMutation({
    mutationFn: () =>
      openWork({
        kind,
        person: who,
        title,
        text,
        sort,
        id: "",
        team: "",
        owner: "",
        stage: "",
        amount: Math.round((yuan ?? 0) * 100),
      }),
    onSuccess: async () => {
      setShown(false);
      setTitle("");
      setText("");
      await queries.invalidateQueries({ queryKey: ["work"] });
    },
  });
  return (
    <>
      <Button
        type={person ? "default" : "primary"}
        size={person ? "middle" : "large"}
        onClick={() => setShown(true)}
      >
        {t(`work.new.${kind}`)}
      </Button>
      <Modal
        open={shown}
        title={t(`work.new.${kind}`)}
        okText={t("work.open")}
        cancelText={t("common.notYet")}
        okButtonProps={{ disabled: !who.trim() || !title.trim() }}
        confirmLoading={open.isPending}
        onOk={() => open.mutate()}
        onCancel={() => setShown(false)}
        destroyOnHidden
      >
        <div className={styles.form}>
          {open.isError ? <ErrorNote error={open.error} /> : null}
          {person ? null : (
            <Input
              aria-label={t("work.person")}
              placeholder={t("work.person")}
              value={who}
              onChange={(event) => setWho(event.target.value)}
            />
          )}
          <Input
            aria-label={t("work.titleField")}
            placeholder={t("work.titleField")}
            maxLength={200}
            value={title}
            onChange={(event) => setTitle(event.target.value)}
          />
          <Input.TextArea
            aria-label={t("work.textField")}
            placeholder={t("work.textField")}
            rows={3}
            maxLength={4000}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
          {kind === "deal" ? (
            <InputNumber
              aria-label={t("work.amountField")}
              placeholder={t("work.amountField")}
              min={0}
              max={1e9}
              style={{ width: "100%" }}
              value={yuan}
              onChange={setYuan}
            />
          ) : null}
          {SORTS[kind].length > 0 ? (
            <Select
              aria-label={t("work.sortField")}
              value={sort}
              options={SORTS[kind].map((each) => ({ value: each, label: t(`work.sort.${each}`) }))}
              onChange={setSort}
            />
          ) : null}
        </div>
      </Modal>
    </>
  );
}
