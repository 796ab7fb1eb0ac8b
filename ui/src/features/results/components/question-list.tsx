/** Questions as cards: each leads to the one page that answers it. */
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import styles from "./results.module.css";

interface QuestionListProps {
  questions: { path: string; name: string }[];
}

export function QuestionList({ questions }: QuestionListProps) {
  const { t } = useTranslation();
  return (
    <ul className={styles.questions}>
      {questions.map(({ path, name }) => (
        <li key={path}>
          <Link to={path}>
            <strong>{t(`results.question.${name as "funnel"}.asks`)}</strong>
            <span>{t(`results.question.${name as "funnel"}.shows`)}</span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
