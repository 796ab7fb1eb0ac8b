/** One person's details in the clear: with a reason, for a minute, on the record. */
import { useMutation } from "@tanstack/react-query";
import { Button, Input, Modal } from "antd";
import { useEffect, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { answered } from "@/shared/api/answer";
import { api } from "@/shared/api/client";
import { Facts } from "@/shared/parts/facts";
import { ErrorNote } from "@/shared/parts/shown";

const SHOWN_MS = 60_000;
const REASON_MAX = 200;

export function Reveal({ profileId }: { profileId: string }) {
  const { t } = useTranslation();
  const id = useId();
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState("");
  const look = useMutation({
    mutationFn: () =>
      answered(
        api.POST("/api/profiles/{profile_id}/reveal", {
          params: { path: { profile_id: profileId } },
          body: { reason },
        }),
      ),
    gcTime: 0,
  });
  const { isSuccess, reset } = look;
  useEffect(() => {
    if (!isSuccess) return;
    const timer = setTimeout(() => {
      reset();
      setOpen(false);
    }, SHOWN_MS);
    return () => clearTimeout(timer);
  }, [isSuccess, reset]);
  const close = () => {
    setOpen(false);
    setReason("");
    reset();
  };
  const details = Object.entries(look.data?.details ?? {}).map(([name, value]) => ({ name, value }));
  return (
    <>
      <Button onClick={() => setOpen(true)}>{t("person.reveal")}</Button>
      <Modal
        open={open}
        title={t("person.reveal")}
        okText={t(isSuccess ? "common.close" : "person.revealShow")}
        cancelText={t("common.notYet")}
        okButtonProps={{ disabled: reason.trim() === "" }}
        confirmLoading={look.isPending}
        onOk={() => (isSuccess ? close() : look.mutate())}
        onCancel={close}
        destroyOnHidden
      >
        {look.isError ? <ErrorNote error={look.error} /> : null}
        {isSuccess ? (
          <>
            <p>{t(details.length > 0 ? "person.revealed" : "person.revealedNothing")}</p>
            <Facts facts={details} />
          </>
        ) : (
          <>
            <p>{t("person.revealLead")}</p>
            <label htmlFor={id}>{t("person.revealReason")}</label>
            <Input
              id={id}
              value={reason}
              maxLength={REASON_MAX}
              placeholder={t("person.revealExample")}
              onChange={(event) => setReason(event.target.value)}
            />
          </>
        )}
      </Modal>
    </>
  );
}
