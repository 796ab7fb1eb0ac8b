/** From a file to data: choose or drop, look at the mapping, answer at most two questions, then quality in words. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Modal } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { ErrorNote, Skeleton } from "@/shared/parts/shown";
import { type Import, importOptions, type Kind, proposeImport } from "./api/imports";
import { ChooseFile } from "./components/choose-file";
import { ConfirmMapping } from "./components/confirm-mapping";
import { ImportResult } from "./components/import-result";
import { useImport } from "./import-context";

export function ImportDialog() {
  const { t } = useTranslation();
  const { isOpen, close } = useImport();
  return (
    <Modal open={isOpen} onCancel={close} title={t("import.title")} footer={null} width={760} destroyOnHidden>
      <ImportSteps />
    </Modal>
  );
}

function ImportSteps() {
  const { dropped, close } = useImport();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [file, setFile] = useState<File | null>(null);
  const propose = useMutation({
    mutationFn: (from: { file: File; kind: Kind | null }) => proposeImport(from.file, from.kind),
  });
  const { mutate } = propose;
  const send = (chosen: File, kind: Kind | null) => {
    setFile(chosen);
    mutate({ file: chosen, kind });
  };
  useEffect(() => {
    if (dropped === null) return;
    setFile(dropped);
    mutate({ file: dropped, kind: null });
  }, [dropped, mutate]);
  if (propose.isPending) return <Skeleton lines={8} />;
  if (propose.data === undefined) {
    return (
      <>
        {propose.isError ? <ErrorNote error={propose.error} /> : null}
        <ChooseFile onChoose={(chosen) => send(chosen, null)} />
      </>
    );
  }
  const done = () => {
    void queries.invalidateQueries();
    close();
  };
  return (
    <Underway
      key={propose.data.import_id}
      proposed={propose.data}
      onKind={(kind) => (file ? send(file, kind) : undefined)}
      onDone={done}
      onAnother={() => {
        void queries.invalidateQueries();
        setFile(null);
        propose.reset();
      }}
      onOpportunities={() => {
        done();
        void navigate("/");
      }}
    />
  );
}

interface UnderwayProps {
  proposed: Import;
  onKind(kind: Kind): void;
  onDone(): void;
  onAnother(): void;
  onOpportunities(): void;
}

function Underway({ proposed, onKind, onDone, onAnother, onOpportunities }: UnderwayProps) {
  const queries = useQueryClient();
  const { data } = useQuery({
    ...importOptions(proposed.import_id),
    initialData: proposed,
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (data.status === "proposed") {
    const started = (next: Import) => queries.setQueryData(importOptions(proposed.import_id).queryKey, next);
    return <ConfirmMapping proposed={data} onKind={onKind} onStarted={started} />;
  }
  return (
    <ImportResult state={data} onDone={onDone} onAnother={onAnother} onOpportunities={onOpportunities} />
  );
}
