"""From notices to messages: the words a person reads and the buttons below them, in their language.

    Message(text: Html, keyboard, preview); Button(text, press | url); markup(keyboard) for Telegram
    render(notice, event, words) -> tuple[Message, ...]     every Notice has exactly one renderer
    toast(notice, event, words) -> str                      for answerCallbackQuery, at most 200 characters
    commands(words, roles) -> ((command, description), ...) Telegram's menu

What the texts promise can be typed instead of tapped, and handlers therefore understand (by the mappings
`typed_words`, `leading_words` and `argument_words` of each language):

    Acknowledge     "ho letto"                     typed_words: "acknowledge"
    PickZone        "5", "zona 5"                  leading_words: "zone"
    PickTable       "T1", "tavolo T1"              leading_words: "table"
    PickLanguage    /lingua en                     any code of Translators.languages
    SetDots         "1.3 2.1 -5.4", "1.3x2"
    ShowPage        "asse 3", "rivedi"             leading_words: "axis"; typed_words: "review"
    Finish          "fine"                         typed_words: "finish"
    AskQuestion     "2", "domanda 2"               leading_words: "question"
                    "avanti", "salta", "indietro"  typed_words: "skip", "back"
    ListQuestions   /domande, "domande"            typed_words: "questions"
    ListStrategies  "altra strategia"              typed_words: "strategies"
                    "5.4", "strategia 5.4"         leading_words: "strategy" (its first question)
    Withdraw        "ritira 2"                     leading_words: "withdraw" (number in /contributi, from 1)
    MovePhase       /apri, /chiudi                 regia: /fase T5 sessione2 (phase_words)
                    /fase tutti sessione2          argument_words: "all"
    KeepPriority    /priorita -2.3, /priorita 2.3  drops, keeps
    ChooseTied      /priorita 2.3, /priorita -2.3  chooses, does not choose
    ConfirmPriorities  /priorita conferma          argument_words: "confirm"
    LeaveEmpty      /priorita meno                 argument_words: "fewer"
    ReopenTie       /priorita riapri               argument_words: "reopen"
    OpenRunoff      /ballottaggio
    CloseRunoff     /ballottaggio chiudi           argument_words: "close"
    ChooseInRunoff  "2.3", /ballottaggio 2.3
    PromiseDraw     /sorteggio
    DrawNow         /sorteggio ora                 argument_words: "now" (another word goes into the seed)
    SkipReason      "salta"                        typed_words: "skip"
    PutOn           /discuti 3.2
    Resend          /scarti rimanda                argument_words: "resend"
    OpenSheet       /carta 12, /schede 12: 1.3 2.1 (with the table first: /carta T5 12)
    SetSheetDots, ShowSheetPage, PickSheetZone, FinishSheet
                    /carta 12: 1.3 2.1, /carta 12 zona 9: 1.3     paper_words: "sheet", "zone", "blank"
    ConfirmPaper    "conferma"                     paper_words: "confirm" (those of argument_words)
    CorrectPaper    "correggo"                     paper_words: "correct"; "annulla": "cancel"
    ShowSheet       /schede 12
    WithdrawSheet   /schede ritira 12              paper_words: "withdraw"
    SayHandedIn     /consegnate 3, or "3" when it was asked
    Prolong         /prolunga 5                    regia: /prolunga T5 5
    Nudge           /sollecita
    ShowBoard       /priorita
    Answer          "conferma", "annulla"          argument_words: "confirm", "cancel"
    ShowState       /stato, /stato T5
    DrawChart       /grafici affluenza canale      chart_words, place_words
    ShowThemes      /temi, /temi guardare          theme_words: "look", "recurring", "axis" ...
    ShowTheme       /temi 4, /temi soli            theme_words: "leftovers", "page"
    ShowAxes        /temi assi
    AssignAxis      /temi asse 3 io                theme_words: "me", "nobody"; or a letter
    ChooseForTheme  /temi 4 unisci, /temi 4 dividi, /temi sposta 37, /temi 4 nome
    MergeThemes     /temi 4 unisci 7
    PlaceSaid       /temi sposta 37 in 4           theme_words: "leftovers", "new"
    MarkPlenary     /temi 4 plenaria               theme_words: "no"
    UndoCuration    /temi annulla
    ShowRestitution /restituzione
    PublishRestitution /restituzione pubblica       restitution_words: "publish", "freeze"
    ShowRoles       /ruoli T6, /ruoli torino, /ruoli regia
    NewLink         /link facilitatore T6          role_words
    AskRevocation   /revoca R5, /revoca L7
    ShowPeople      /sposta T6
    MovePerson      /sposta P17 T8 zona 8
    (no button)     /agenda ferma, riprendi, +10   argument_words: "hold", "resume"
    (no button)     /avviso facilitatori: ...      argument_words: "leaders", "all"
    ShowNote        /note 3 (with the table first: /note T5 3)
    WithdrawNote    /note ritira 3, /note rimetti 3    note_words: "withdraw", "restore"
    MoveNote        /note sposta 3 T6                  note_words: "move"
    MoveOwn         "sposta 3 3.2 domanda 2"       own_words: "move", "question"; after /contributi, too
    NameAction      "azione 3 3.2.1"               own_words: "action", "none"; after /contributi, too
    (no button)     /contributi 3, /contributi 3: ...
    ChooseSuggestedOn   /suggerisci, /suggerisci asse 4    suggestion_words: "axis"
    SuggestOn           /suggerisci 4.1, /suggerisci 4.1: the text
    StopSuggesting      "fine"                             typed_words: "finish"
    WithdrawSuggestion  /suggerisci ritira 2               suggestion_words: "withdraw"
    ShowSuggestions     /suggerimenti, /suggerimenti 4.1 2
    ShowGathering   /raccolta, /raccolta T5 guardare   gathering_words: "look", "plenary", "hidden", "page"
    ShowGathered    /raccolta 37
    HideGathered    /raccolta nascondi 37: motivo      gathering_words: "hide"
    UnhideGathered  /raccolta mostra 37                gathering_words: "unhide"
    ChooseGathered  /raccolta unisci 37
    MergeGathered   /raccolta unisci 37 41 52          gathering_words: "merge", "and"
    SeparateGathered  /raccolta separa 37              gathering_words: "separate"
    MarkGathered    /raccolta plenaria 37              gathering_words: "plenary", "no"
    PassGathered    /raccolta lascia 37                gathering_words: "pass"
    (no button)     /invia La sintesi ..., or what is typed when it was asked; /sintesi, /sintesi T5
"""

from __future__ import annotations

from handlers.render.information import LANGUAGES
from handlers.render.message import TEXT_LIMIT, TOAST_LIMIT, Button, Keyboard, Message, markup
from handlers.render.registry import render, toast
from handlers.render.typing_words import (
    argument_words,
    because_words,
    chart_words,
    commands,
    gathering_words,
    leading_words,
    note_words,
    own_words,
    paper_words,
    phase_words,
    place_words,
    restitution_words,
    role_words,
    suggestion_words,
    theme_words,
    typed_words,
)

__all__ = [
    "LANGUAGES",
    "TEXT_LIMIT",
    "TOAST_LIMIT",
    "Button",
    "Keyboard",
    "Message",
    "argument_words",
    "because_words",
    "chart_words",
    "commands",
    "gathering_words",
    "leading_words",
    "markup",
    "note_words",
    "own_words",
    "paper_words",
    "phase_words",
    "place_words",
    "render",
    "restitution_words",
    "role_words",
    "suggestion_words",
    "theme_words",
    "toast",
    "typed_words",
]
