//! The verbs by which texts tell what an automation does.

use std::collections::HashMap;
use std::sync::LazyLock;

/// The form in which a verb stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// "send": an order, or after "we", "will".
    Base,
    /// "sends".
    Third,
    /// "sending".
    Progressive,
    /// "sent", "added": counts after "is", "gets".
    Past,
    /// A finite or passive form in a language other than English.
    Foreign,
}

const ENGLISH: &str = "add aggregate alert analyse analyze append approve archive ask assemble assign attach back book \
build calculate call cancel capture categorise categorize charge chase check chunk classify clean close collect combine \
compare compile compose compress confirm convert copy count create crop deduplicate delete deliver detect disable dispatch \
display download draft drop edit email embed enable enrich enter escalate evaluate export extract fetch file fill filter find \
flag format forward gather generate give grant group guess hand handle identify import index insert invite invoice issue iterate label launch \
list load log look loop make map mark match measure merge message monitor move nag normalise normalize notify nudge offer open order \
parse personalise personalize pick ping place populate post prepare present print process produce publish pull push put qualify query \
queue quote rank read rebuild receive recommend record redirect refund refuse register reject release remind remove rename render reply report request reschedule resize \
resolve respond retrieve return review revoke rewrite route run save scan schedule score scrape search select send \
set share show sort split start stop store structure submit suggest summarise summarize sync synchronise synchronize tag take tell text \
tick track transcribe transform translate triage trigger trim turn unlock update upload upsert use validate verify wait warn watch withdraw write \
answer e-mail figure lock mail pause phone poll price reconcile renew reorder ring sign";

/// Verbs whose forms do not follow the rules: base, third person, progressive, past.
const IRREGULAR: &[[&str; 4]] = &[
    ["send", "sends", "sending", "sent"],
    ["write", "writes", "writing", "written"],
    ["read", "reads", "reading", "read"],
    ["find", "finds", "finding", "found"],
    ["put", "puts", "putting", "put"],
    ["set", "sets", "setting", "set"],
    ["take", "takes", "taking", "taken"],
    ["make", "makes", "making", "made"],
    ["get", "gets", "getting", "got"],
    ["give", "gives", "giving", "given"],
    ["tell", "tells", "telling", "told"],
    ["build", "builds", "building", "built"],
    ["show", "shows", "showing", "shown"],
    ["draw", "draws", "drawing", "drawn"],
    ["keep", "keeps", "keeping", "kept"],
    ["run", "runs", "running", "run"],
    ["split", "splits", "splitting", "split"],
    ["rewrite", "rewrites", "rewriting", "rewritten"],
    ["withdraw", "withdraws", "withdrawing", "withdrawn"],
    ["pay", "pays", "paying", "paid"],
    ["bring", "brings", "bringing", "brought"],
    ["hold", "holds", "holding", "held"],
    ["forward", "forwards", "forwarding", "forwarded"],
    ["cut", "cuts", "cutting", "cut"],
    ["stick", "sticks", "sticking", "stuck"],
    ["feed", "feeds", "feeding", "fed"],
    ["ring", "rings", "ringing", "rung"],
];

/// Forms by which other languages tell an action, in lower case.
const FOREIGN: &str = "schickt sendet verschickt erstellt legt trägt prüft liest schreibt bucht meldet erinnert holt \
benachrichtigt speichert aktualisiert sortiert erzeugt ordnet fragt lädt leitet weist generiert gesendet geschickt \
verschickt erstellt angelegt eingetragen geprüft gelesen geschrieben gebucht gemeldet erinnert benachrichtigt \
gespeichert aktualisiert erzeugt zugeordnet abgelegt hochgeladen weitergeleitet bekommt geht anlegen eintragen vergleicht \
erkennt landet zieht ruft bestellt stellt rechnet verschiebt markiert sucht fasst übersetzt druckt mahnt storniert kopiert sammelt \
antwortet transkribiert füllt wandelt bereitet meldet verteilt trennt \
envía manda crea guarda añade agrega actualiza genera avisa notifica lee escribe busca extrae recuerda pregunta \
clasifica publica sube copia comprueba revisa registra consulta responde calcula transcribe traduce compara asigna confirma programa borra mueve convierte rechaza aprueba reparte \
cruza imprime vuelve suma rellena ofrece propone marca abre pide recibe llega apunta rellena descarga recoge cobra \
envoie crée ajoute met génère prévient notifie lit écrit cherche extrait rappelle demande classe publie enregistre \
vérifie répond calcule propose relance prépare remplit envoyé créé ajouté généré reçoit compare transmet range récupère ouvre \
parcourt transcrit résume traduit convertit attribue confirme supprime déplace imprime trie avertit rédige télécharge complète signale \
envia cria salva adiciona atualiza gera avisa lê escreve procura extrai lembra pergunta publica registra verifica \
responde confere oferece marca recebe cadastra puxa monta lança \
transcreve traduz converte atribui apaga cruza calcula encaminha preenche baixa dispara separa \
invia manda crea salva aggiunge aggiorna genera avvisa legge scrive cerca estrae ricorda chiede pubblica registra \
controlla risponde calcola prepara compila riceve inserisce scarica confronta prenota \
trascrive riassume traduce converte assegna conferma cancella sposta stampa inoltra carica";

/// Japanese stems that tell an action.
pub(crate) const JAPANESE: &[&str] = &[
    "送信",
    "送ら",
    "送り",
    "送る",
    "作成",
    "作ら",
    "作り",
    "追加",
    "通知",
    "登録",
    "保存",
    "更新",
    "記録",
    "転記",
    "読み",
    "判定",
    "抽出",
    "生成",
    "投稿",
    "予約",
    "印をつけ",
    "返信",
    "確認",
    "届き",
    "書き込",
    "まとめ",
    "知らせ",
    "入力",
    "催促",
    "照合",
    "要約",
];

/// Every form that is known, with what it is; a form that is both keeps the first.
static FORMS: LazyLock<HashMap<String, Form>> = LazyLock::new(|| {
    let mut forms = HashMap::new();
    for [base, third, progressive, past] in IRREGULAR {
        forms.insert((*base).to_owned(), Form::Base);
        forms.entry((*third).to_owned()).or_insert(Form::Third);
        forms.entry((*progressive).to_owned()).or_insert(Form::Progressive);
        forms.entry((*past).to_owned()).or_insert(Form::Past);
    }
    for base in
        ENGLISH.split_whitespace().filter(|base| !forms.contains_key(*base)).collect::<Vec<_>>()
    {
        forms.insert(base.to_owned(), Form::Base);
        forms.entry(third(base)).or_insert(Form::Third);
        forms.entry(with_ending(base, "ing")).or_insert(Form::Progressive);
        forms.entry(with_ending(base, "ed")).or_insert(Form::Past);
    }
    for form in FOREIGN.split_whitespace() {
        forms.entry(form.to_owned()).or_insert(Form::Foreign);
    }
    forms
});

/// The form that `word`, in lower case, is of a known verb.
pub(crate) fn form(word: &str) -> Option<Form> {
    FORMS.get(word).copied()
}

fn third(base: &str) -> String {
    match base {
        _ if base.ends_with(['s', 'x', 'z']) || base.ends_with("ch") || base.ends_with("sh") => {
            format!("{base}es")
        }
        _ => match base.strip_suffix('y') {
            Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
            _ => format!("{base}s"),
        },
    }
}

fn with_ending(base: &str, ending: &str) -> String {
    const DOUBLED: &[&str] = &[
        "tag", "log", "flag", "drop", "map", "ping", "scan", "nag", "chat", "submit", "crop",
        "get", "stop",
    ];
    if let Some(stem) = base.strip_suffix('e').filter(|stem| !stem.ends_with('e')) {
        return format!("{stem}{ending}");
    }
    if ending == "ed"
        && let Some(stem) =
            base.strip_suffix('y').filter(|stem| !stem.ends_with(['a', 'e', 'o', 'u']))
    {
        return format!("{stem}ied");
    }
    if DOUBLED.contains(&base) && base != "ping" {
        let last = &base[base.len() - 1..];
        return format!("{base}{last}{ending}");
    }
    format!("{base}{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("sends", Some(Form::Third))]
    #[case("notifies", Some(Form::Third))]
    #[case("logged", Some(Form::Past))]
    #[case("pinged", Some(Form::Past))]
    #[case("storing", Some(Form::Progressive))]
    #[case("notified", Some(Form::Past))]
    #[case("matches", Some(Form::Third))]
    #[case("verschickt", Some(Form::Foreign))]
    #[case("table", None)]
    fn forms_are_known(#[case] word: &str, #[case] expected: Option<Form>) {
        assert_eq!(form(word), expected);
    }
}
