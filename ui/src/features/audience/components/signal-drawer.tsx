/** One signal beside the list: its numbers and words to change, and at once who gives it and by which events. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, InputNumber, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { Note } from "@/shared/parts/note";
import { ErrorNote } from "@/shared/parts/shown";
import { SideDrawer } from "@/shared/parts/side-drawer";
import { useSettled } from "@/shared/use-settled";
import { useFormat } from "@/shared/words/use-format";
import {
  type Chosen,
  type OwnSignal,
  publishTemplate,
  type SignalTemplate,
  signalPreviewOptions,
} from "../api/signals";
import { chosenOf, isSame, meant, typed } from "../model/signals";
import { SignalGivers } from "./signal-givers";
import styles from "./signal-list.module.css";
import { SignalRetire } from "./signal-retire";

const PAUSE_MS = 200;

export function SignalDrawer({ templates, own }: { templates: SignalTemplate[]; own: OwnSignal[] }) {
  const format = useFormat();
  const [search, setSearch] = useSearchParams();
  const template = templates.find((each) => each.id === search.get("signal"));
  const written = own.find((each) => each.id === search.get("signal"));
  const title = template ? format.say(template.name) : written?.name;
  if (title === undefined) return null;
  return (
    <SideDrawer open title={title} side="right" onClose={() => setSearch({}, { preventScrollReset: true })}>
      {template ? <Draft key={template.id} template={template} /> : null}
      {written ? <Written signal={written} /> : null}
    </SideDrawer>
  );
}

/** A signal of the shop's own: what it says, and the way to change it. */
function Written({ signal }: { signal: OwnSignal }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <div className={styles.form}>
      <p>{t("signal.now", { people: format.people(signal.people) })}</p>
      <p className={styles.said}>{t("signal.sentence", { sentence: format.say(signal.sentence) })}</p>
      <div>
        <Link to={`/signals/${encodeURIComponent(signal.id)}`}>
          <Button type="primary">{t("signal.change")}</Button>
        </Link>
      </div>
      <SignalRetire id={signal.id} name={signal.name} usedIn={signal.used_in} />
    </div>
  );
}

function Draft({ template }: { template: SignalTemplate }) {
  const { t } = useTranslation();
  const format = useFormat();
  const queries = useQueryClient();
  const { message } = App.useApp();
  const [chosen, setChosen] = useState<Chosen>(() => chosenOf(template));
  const save = useMutation({
    mutationFn: () => publishTemplate(template.id, chosen),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["signals"] });
      void message.success(t("signal.used"));
    },
  });
  const used = template.in_use;
  const same = used !== null && !used.changed_by_hand && isSame(chosen, chosenOf(template));
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      {used ? null : <p className={styles.said}>{format.say(template.meaning)}</p>}
      {used?.changed_by_hand ? (
        <Note tone="decide" title={t("signal.byHand")}>
          <Link to={`/signals/${encodeURIComponent(template.id)}`}>{t("signal.editTree")}</Link>
        </Note>
      ) : null}
      {save.isError ? <ErrorNote error={save.error} /> : null}
      <Numbers template={template} chosen={chosen} onChange={setChosen} />
      {template.words.length > 0 ? <Words template={template} chosen={chosen} onChange={setChosen} /> : null}
      <Button type="primary" htmlType="submit" loading={save.isPending} disabled={same}>
        {t(same ? "signal.same" : used ? "signal.save" : "signal.use")}
      </Button>
      <DraftGivers template={template} chosen={chosen} />
      {used ? <SignalRetire id={template.id} name={format.say(template.name)} usedIn={used.used_in} /> : null}
    </form>
  );
}

interface EditProps {
  template: SignalTemplate;
  chosen: Chosen;
  onChange(chosen: Chosen): void;
}

function Numbers({ template, chosen, onChange }: EditProps) {
  const { t } = useTranslation();
  const format = useFormat();
  return template.fields.map((field) => (
    <label key={field.id} htmlFor={`signal-${field.id}`}>
      {format.say(field.name)}
      <InputNumber
        id={`signal-${field.id}`}
        min={typed(field.unit, field.low)}
        max={typed(field.unit, field.high)}
        value={typed(field.unit, chosen.values?.[field.id] ?? field.usual)}
        suffix={field.unit === "share" ? "%" : t(`signal.unit.${field.unit}`)}
        onChange={(shown) => {
          if (shown === null) return;
          onChange({ ...chosen, values: { ...chosen.values, [field.id]: meant(field.unit, shown) } });
        }}
      />
    </label>
  ));
}

function Words({ template, chosen, onChange }: EditProps) {
  const { t } = useTranslation();
  return (["words", "unless"] as const).map((kind) => (
    <label key={kind} htmlFor={`signal-${kind}`}>
      {t(`signal.${kind}`, { known: template.words.length })}
      <Select
        id={`signal-${kind}`}
        mode="tags"
        open={false}
        suffixIcon={null}
        placeholder={t(kind === "words" ? "signal.wordsHow" : "signal.unlessHow")}
        value={chosen[kind] ?? []}
        onChange={(words: string[]) => onChange({ ...chosen, [kind]: words })}
      />
    </label>
  ));
}

function DraftGivers({ template, chosen }: { template: SignalTemplate; chosen: Chosen }) {
  const asked = useSettled(chosen, PAUSE_MS);
  return <SignalGivers preview={useQuery(signalPreviewOptions(template.id, asked))} />;
}
