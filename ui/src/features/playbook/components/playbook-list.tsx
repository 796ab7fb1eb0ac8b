/** Playbooks by what they are for: a name, a story, and the way in. */
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Card } from "@/shared/parts/page";
import { useFormat } from "@/shared/words/use-format";
import type { Playbook } from "../api/playbooks";
import styles from "./playbooks.module.css";

const FAMILIES: Playbook["family"][] = ["goal", "member", "sale", "service", "team"];

export function PlaybookList({ playbooks }: { playbooks: Playbook[] }) {
  const { t } = useTranslation();
  return FAMILIES.map((family) => {
    const rows = playbooks.filter((each) => each.family === family);
    return rows.length > 0 ? (
      <Card key={family} title={t(`playbook.family.${family}`)}>
        <ul className={styles.list}>
          {rows.map((each) => (
            <Row key={each.id} playbook={each} />
          ))}
        </ul>
      </Card>
    ) : null;
  });
}

function Row({ playbook }: { playbook: Playbook }) {
  const format = useFormat();
  return (
    <li>
      <Link to={{ search: `?playbook=${playbook.id}` }} preventScrollReset>
        {format.say(playbook.name)}
      </Link>
      <p>{format.say(playbook.story)}</p>
    </li>
  );
}
