"""Names that people say of themselves: "mi chiamo", "sono", "my name is", "je m'appelle" and what follows.

Nothing is looked up but lists of names that are common here. What stands after "mi chiamo" is a name; after
"sono" only a given name, a family name beside one, or a title says that it is somebody, for "sono contento",
"sono tre anni", "Sono Torino e Ivrea" are nobody. When in doubt, a word too many is covered.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_SAYS = re.compile(
    r"(?<!\w)(?:"
    r"(?P<called>mi\s{1,9}chiamo|je\s{1,9}m['’`]\s?appelle)"
    r"|(?P<named>(?:il\s{1,9})?mio\s{1,9}nome\s{1,9}(?:è|é|e['’`]|sarebbe)"
    r"|my\s{1,9}name(?:\s{1,9}is|['’]s)|mon\s{1,9}nom\s{1,9}est)"
    r"|(?:sono|i\s{1,9}am|i['’]m|je\s{1,9}suis|qui|firmato|cordialmente)"
    r")\s{0,3}[:,]?\s{1,9}",
    re.IGNORECASE,
)
_TITLE = re.compile(
    r"(?P<article>(?:il|la|lo|un|una)\s{1,3}|l['’]\s?)?"
    r"(?P<title>sig(?:\.|nor[ae]?|\.ra)|dott(?:\.|\.ssa|oressa|or|ore)|ing(?:\.|egnere?)|avv(?:\.|ocat[oa])"
    r"|arch(?:\.|itett[oa])|prof(?:\.|\.ssa|essor|essore|essoressa)?|geom(?:\.|etra)|mrs?\.?|ms\.?|mme)\s{1,3}",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_][\w'’-]{0,30}")
_BETWEEN: Final = " \t\u00a0"
_MOST: Final = 6
"""Words that are read behind one who says a name."""


class _Word:
    """A word of a text that may be of a name."""

    def __init__(self, found: re.Match[str]) -> None:
        self.start, self.end = found.span()
        text = found[0].rstrip("'’-")
        pieces = re.split(r"['’-]", text.casefold())
        self.low = text.casefold()
        self.elided = len(pieces) > 1 and pieces[0] == "d"
        self.capital = not text[0].islower()
        self.shouted = len(text) > 1 and text.isupper()
        # Of "Maria-Grazia" one is enough; "d'Este" is one, too.
        self.given = pieces[0] in _GIVEN
        self.ambiguous = pieces[0] in _ALSO_WORDS
        self.family = pieces[-1] in _FAMILY or pieces[-1] in _FAMILY_WORDS
        self.only_family = pieces[-1] in _FAMILY
        # "Di Stefano", but "DI PINEROLO".
        plain = not self.capital or self.shouted or len(text) == 1
        self.no_name = plain and (self.low in _NO_NAMES or pieces[-1] in _NO_NAMES)


def found(text: str) -> Iterator[tuple[int, int]]:
    """Where names stand that somebody says of themselves: the first letter, and behind the last."""
    for said in _SAYS.finditer(text):
        place = said.end()
        if said["called"] is None and said["named"] is None:
            title = _TITLE.match(text, place)
            words = _words(text, place if title is None else title.end())
            begun = bool(words) and (_is_name(words) if title is None else _is_titled(words, title))
        else:
            words = _words(text, place)
            begun = bool(words) and (_is_called(words) if said["called"] else _is_named(words[0]))
        if begun:
            yield words[0].start, _end(words)


def _words(text: str, place: int) -> Sequence[_Word]:
    """The words from a place on that nothing but blanks keeps apart."""
    words: list[_Word] = []
    while len(words) < _MOST:
        match = _WORD.match(text, place)
        if match is None:
            break
        words.append(_Word(match))
        place = match.end()
        # No mark, no new line: "Mi chiamo Anna", and on the next one "Servono treni".
        while place < len(text) and place < match.end() + 3 and text[place] in _BETWEEN:
            place += 1
        if place == match.end():
            break
    return words


def _is_called(words: Sequence[_Word]) -> bool:
    """After "mi chiamo" nearly all is, "di stefano" too: not "fuori da questa scelta"."""
    first, second = words[0], words[1] if len(words) > 1 else None
    particle = first.low in _PARTICLES and second is not None and (second.family or _surely_given(second))
    return particle or not first.no_name


def _is_named(word: _Word) -> bool:
    """After "il mio nome è": not "legato alla valle"."""
    return word.capital or word.given or word.only_family


def _is_titled(words: Sequence[_Word], title: re.Match[str]) -> bool:
    """After "sono l'ing.", "sono la signora"; a title is a trade as well: "sono un ingegnere civile"."""
    first = words[0]
    if first.no_name:
        return False
    mister = title["title"].casefold().startswith("sig") and title["article"] is not None
    return first.capital or mister or first.family or (first.given and not first.ambiguous)


def _is_name(words: Sequence[_Word]) -> bool:
    """After "sono" and the like."""
    first, second = words[0], words[1] if len(words) > 1 else None
    if first.low in _PLACES:
        return False
    if first.capital:
        return _is_capital_name(first, second)
    if first.given and not first.ambiguous:
        return True
    if second is None:
        return False
    # "sono chiara rossi", "sono rossi mario"; "sono chiara" is nobody.
    beside = (first.given or first.ambiguous) and second.family
    return beside or (first.family and _surely_given(second))


def _is_capital_name(first: _Word, second: _Word | None) -> bool:
    if first.given or (first.only_family and not first.shouted):
        return True
    if second is None or not second.capital or second.no_name:
        return False
    # "Sono Rosa Bianchi", "Sono Rossi Mario", "Sono Ngozi Rossi"; "SONO TROPPI CONTI" is nobody.
    return (
        _surely_given(second)
        or (second.family and not second.shouted)
        or (first.ambiguous and not second.shouted)
    )


def _surely_given(word: _Word) -> bool:
    return word.given and not word.ambiguous


def _end(words: Sequence[_Word]) -> int:
    """Where a name ends that begins with the first of these words."""
    first, end = words[0], words[0].end
    place, small = 1, 0
    while place < len(words):
        word = words[place]
        following = words[place + 1] if place + 1 < len(words) else None
        if word.low in _PARTICLES and not word.shouted:
            # "de filippi", "van Gogh"; "di stefano", but not "di Ivrea".
            sure = word.low in _FOREIGN_PARTICLES and following is not None and not following.no_name
            listed = following is not None and (following.family or _surely_given(following))
            if not (sure or listed or (word.capital and following is not None and following.capital)):
                break
            assert following is not None, "asked above"
            place, end = place + 2, following.end
            continue
        if word.no_name:
            break
        if not (word.capital or word.elided or word.family or _surely_given(word)):
            # Any other word in small letters is one family name at most, beside a name in small letters.
            small += 1
            if first.capital or small > 1 or place > 1:
                break
        place, end = place + 1, word.end
    return end


_PLACES: Final = frozenset(
    """
    borgo bosco casa cascina castel castello centro città club colle comune corso fiume fondazione frazione
    istituto lago largo liceo madonna monte ospedale palazzo parco parrocchia piazza piazzale ponte porta
    rifugio rio san sant santa sante santi santo santuario scuola stazione strada teatro torre torrente val
    valle via viale villa villaggio
    """.split()  # noqa: SIM905 - a hundred quotes would hide the words
)
"""What is no person's whatever name follows: "Sono San Mauro e Settimo", "Sono Via Carlo Alberto"."""

_FOREIGN_PARTICLES: Final = frozenset(("ben", "bin", "de", "den", "der", "dos", "du", "el", "van", "von"))
_PARTICLES: Final = _FOREIGN_PARTICLES | frozenset(
    "da dal dalla degli dei del della delle dello di la le li lo".split()  # noqa: SIM905 - as above
)

_NO_NAMES: Final = (
    frozenset(
        """
        a abbastanza abbiamo abitante abito about accordo adesso ai al all alla alle allo also altro
        am amo an anch'io anche ancora and anni anno anziana anziano appartengo are arriviamo arrivo
        as aspetto at au aux avec avere avrei be because bene but by c ce cerco ces che chi chiedo
        ci cittadina cittadino ciò col come con contenta contento contro cosa così credo cresciuta
        cresciuto cui d d'accordo d'opinione da dagli dai dal dall dalla dalle dallo dans davvero de
        degli dei del dell della delle dello dentro des di dico disposta disposto do dove du e ed
        elle en entrambi era ero essere est et faccio favorevole felice fermi for from fuori già gli
        ha habite have here ho how i ici il importa in insegnante insegno interessata interessato io
        is it j je l la lavoro le lei les live lo loro lui lì m ma madre mais male mamma manca
        mancano mandatemi me meglio mi mia mie miei mio molto my nata nato ne need nei nel nell
        nella nelle nello no noi non nonna nonno nostra nostro not nous o od of oggi ogni on operaia
        operaio oppure or ormai ottimo où padre par parlo pas pensionata pensionato pensione penso
        per perché più please poco poi possiamo possibile pour preferirei preferisco pronta pronti
        pronto propenso propongo proprio qua qualche qualcosa quando quanto que quelli quello questa
        queste questi questo qui rappresento residente responsabile ringrazio sarebbe scrivo se sei
        sempre senza serve servono si sia siamo sicura sicuro so solo sono sopra sotto sta stanca
        stanco sto studente studentessa studio su sua sui sul sull sulla sulle suo sur sì tanti
        tanto te than that the there they think this ti to too tra troppi troppo très tu tutta tutte
        tutti tutto un una une uno va vado vari vengo venuta venuto verso very vi vicino vivo voglio
        voi volta vorrei voto vous want we what who with work
    """.split()  # noqa: SIM905 - as above
    )
    - _FOREIGN_PARTICLES
)
"""Words with which somebody goes on who has said their name, or says none."""

# Given names common here that are no word, place or month: not Alba, Asia, Bianca, Italia, Rosa, Vera.
_GIVEN: Final = frozenset(
    """
    abdel abdul achille ada adamo adele adriana adriano agata agnese agostina agostino ahmed aicha aida
    aisha alberta alberto alda aldo alessandra alessandro alessia alessio alex alexandru alfio alfonso
    alfredo ali alice alvaro amadou amalia amedeo amelia amina ana anastasia andrea andrei andrew andriy
    angela angelica angelina angelo anil anita anna annalaura annalisa annamaria annarita anne anselmo
    antoine antonella antonia antonietta antonino antonio arben arianna armando arnaldo artan arturo
    assunta attilio augusto aurelio aurora baldassarre barbara bartolomeo battista beatrice benedetta
    benedetto beniamino benoît beppe beppino bernardo berta besnik bice blerina brian bruna bruno
    camilla camille carla carlo carlos carlotta carluccio carmela carmelo carmen carolina caterina
    catherine catia cecilia cesare charles charlotte chen chiara chloé christian chukwu cinzia ciro
    claire clara claudia claudio clelia concetta corrado cosetta cosimo costanza costel cristian
    cristiana cristiano cristina dalila damiano dani daniel daniela daniele danila danilo dario david
    davide debora deborah delfina delia demetrio denis denise diana diego dina dino dmitri dmytro
    domenico domitilla donatella donato dora doriana dumitru dylan edda edison edmondo edoardo edward
    egidio egle elda elena eleonora elia eliana elide eligio elio elisa elisabeta elisabetta elizabeth
    elvira elvis emanuela emanuele emilio emily emma enea ennio enrica enrico enza enzina enzo erica
    erika ermanno ermes ernesto eros ester ettore eugenia eugenio eva evaristo evelina ezio élodie
    étienne fabiana fabiano fabio fabiola fabrizia fabrizio fatiha fatima fatmir fausto federica
    federico ferdinando fernanda fernando ferruccio filippo fiorella fiorenza fiorenzo flavia flavio
    florentina florin franca francesca francesco franci franco françois françoise fulvia fulvio furio
    gabriela gabriele gabriella gaetano gaia galileo gaspare gastone gemma gennaro gentian george
    gerardo gerolamo gérard gheorghe giacinto giacoma giacomo giada giambattista giampaolo giampiero
    giampietro gian gianbattista giancarla giancarlo gianfranca gianfranco gianluca gianluigi gianmarco
    gianna gianni gianpaolo gigi gigio gilberto gina ginetta ginevra gino gioacchino gioele giorgia
    giorgio giosuè giovambattista giovanna giovanni girolamo giuanin giulia giuliana giuliano giulio
    giuseppe giuseppina giusi graziana graziano graziella greta guglielmo guido guillaume gurpreet
    gustavo halyna hamid harpreet hassan helena henry hicham hossein hussein iacopo ibrahima ida ignazio
    igor ihor ilaria ilario ilir imane ines iolanda iole ionut ionuț irene irina irma iryna isa isabella
    isabelle italo ivan ivana ivano ivo ivonne jacopo jacques james jane jasmine javier jean jeanne
    jennifer jessica joão john jole jonathan josefa josé juan juana julia julien karen karim karima
    katia kevin khadija khaled khalid kofi lara latifa laura lauro lavinia lea leandro ledian lele lella
    leo leonardo letizia léa lia liam liana lidia liliana lina linda lino lisa livia livio loredana
    lorella lorena lorenza lorenzo loretta loris louis luana luc luca lucia luciana luciano lucio
    lucrezia ludmila ludovica ludovico luigi luigia luigina luis luisa luz maddalena malika mamadou
    manlio manuel manuela mara marc marcella marcello marco margherita maria mariagrazia marialuisa
    mariangela marianna mariano mariapia mariarosa mariateresa marica marie mariella marika marilena
    marinella mario marisa marius mark marta martina martino mary massimiliano massimo mathieu matilde
    matteo mattia maura maurizia maurizio mauro melchiorre melissa mercedes michael michel michela
    michele michelle michi miguel mihaela mihai mike milena mimma mimmo miranda mirela mirella miriam
    mirko mirta mohamed mohammed moira monica morena moussa mustafa mustapha nabil nadia naima nancy
    natalia natalina natalya natasha nathalie nathan nazareno nazzareno nerina ngozi niccolò nico nicola
    nicolas nicole nicoleta nicoletta nicolino nicolò nina nino nives noah noemi norberto nuccia nunzia
    nunzio oksana olena olga oluwaseun omar orazio oreste ornella orsola oscar osvaldo ottavia ottavio
    ousmane pablo palmira pamela paola paolo pasquale pasqualina patrizia patrizio paul pedro peppe
    peppino peter philippe pier piera pierangela pierangelo piercarlo pierfranco piergiorgio pierluigi
    piero pierpaolo pierre pietro pina pino pinuccia pinuccio pippo priscilla priya quintino rachele
    rachid radu rafael raffaele raffaella raimondo raj rajesh ramon ramona rashid rebecca remigio renata
    renato renza renzo reza riccardo richard rita robert roberta roberto robi rocco rodolfo rodrigo
    romina romolo rosalba rosalia rosanna rosaria rosario rosella rosetta rosina rossana rossella
    ruggero ryan sabina sabino sabrina saida salvatore samanta samantha samir samuel samuele sandra
    sandro sanjay santina santino sara sarah saverio savina sebastiano serena sergei sergey sergio
    severina severino sharon silvana silvano silvestro silvia silvio simona simone sirio sofia sonia
    sophie stefania stefano stephen steven susan susanna svetlana tamara tania tarcisio tatiana tecla
    teodoro terenzio teresa teresina tetiana tetyana thierry thomas tina tino tiziana tiziano tommasina
    tommaso toni tonino tullio ubaldo ugo ulisse umberto valbona valentina valentino valeria valeriano
    valerio valter vanessa vasile vasilica vilma vincenza vincenzo virgilio virginia vito vittorio
    viviana vladimir volodymyr walter wanda wei william wilma xin youssef yuri yusuf yvonne zahra zeno
    zita
    """.split()  # noqa: SIM905 - as above
)

# Given names that are words as well: only beside another, and so those above in small letters.
_ALSO_WORDS: Final = frozenset(
    """
    alba ale ali ambra angelica angelo asia assunta augusto aurora azzurra barbara benedetta benedetto
    bianca bruna bruno celeste chiara clemente costanza cristiana cristiano diamante domenica donato
    eros fausto felice fiamma flora fortunata fortunato franca franco gaia gemma germano giada gioia
    grazia guido iris italo letizia liana libera libero linda lino luna margherita mariano marina
    massimo natale norma nunzio onorato pasquale patrizia patrizio perla pia pino pio primo remo rosa
    salvatore santa santino santo secondo serena sereno speranza stella tino toni urbano vale vera viola
    vittoria
    """.split()  # noqa: SIM905 - as above
)

# Family names common here that are no word.
_FAMILY: Final = frozenset(
    """
    actis ahmed alaoui audisio barbero basile baudino baudo bellini bellucci bennani bernardi bernardini
    berta bertero bertolino bessone bianchini bondarenko bonetti bonfanti bonino borello borgogno bosio
    bottero brambilla brero brunetti cagliero candellero cannavò cannizzaro caruso castagneri
    castiglione cattaneo cavallero cerutti charrier chiantore chiapello chiavassa ciobanu cirillo
    coisson colucci costantini cottino cozzolino cravero cuatto dalmasso damico davies davit deangelis
    deluca demaria depetris desantis diallo dogliani dubois dumitrescu dupont durand dutto einaudi
    esposito evans fassino favaro fenoglio fernandez ferraris ferraro ferrero ferretti fiorio fischer
    fissore frola fusco garcia garella gargiulo gariglio garnero garrone gastaldi gastaldo gay genta
    gerbino ghigo giachino giacosa giannini giletti gilli giolitti girardi giraudi giraudo gonella
    gonzalez gribaudo grimaldi grosjacques hassan hoxha huang hussain iannone ionescu jahier johnson
    jones kaur khan kovalenko lanteri lanza lazzari lefebvre leonardi leroy liguori liu locatelli
    lombardini lopez lorusso lovera maccario maero malan manavella manfredi marchetti marchisio margaria
    martinat martinelli martinez mazzoni melis meyer michelis milani mohamed monge montesano moreau
    munari munteanu murgia müller ndiaye nicoletti nicolosi oggero olivero operti pairotti palmieri
    palumbo parisi pascal pautasso peano peirone pellegrin pereira perez perotti perrone peyrani piras
    pognant ponzio popescu porcu priotti prot puglisi quattrocchi raimondi ramello ramirez ranieri
    revello ribet riccardi ricciardi rinaldi rivoira roasio robinson rodriguez rolfo rostagno rostan
    ruggeri ruggiero rusu salis sanchez sandri sanfilippo santoro sartor sartori scarafia scarrone
    schiavone schmidt schneider sepe serafini sessa shehu shevchenko simeone simonetti smith sorrentino
    soulier taylor thomas thompson tkachenko tourn traoré trevisan trinchero tron turaglio vaccaro
    valentini vaschetto vaudagna venturini viano viganò viglione vinay viotto viviani wang weber
    williams wilson wright zanchi zanella zanetti zanon zanotti zhang zhao zhou zito zorzi
    """.split()  # noqa: SIM905 - as above
)

# Family names that are words as well, or nearly one.
_FAMILY_WORDS: Final = frozenset(
    """
    amato barbieri barone battaglia bellone benedetti bergamasco bertone bianchetti bianchi bianco boero
    bosco bosso bruni bruno cappelli caputo carbone carena casale castelli chen cocco colombo conte
    conti coppola costa donati durando fabbri falco farina ferrara ferrarese ferrari ferri fiore fontana
    galli gallo gatti genovese gentile giordano giuliani grand grassi grasso greco grosso guerra leone
    lin lombardi lombardo long longo maggio mancini marchi mariani marini marino marocco marra martini
    martino massa massaia mazza meloni merlo messina molinari monaco montanari monti morelli morello
    moretti moro nasi negri neri novarese oliva oliveira orlando pace pagano pavese pellegrini
    pellegrino pepe picco pinna pisano poli pons popa proietti quaglia racca ricca ricci righi riva
    rizzi rizzo romano romeo rossetti rossi rosso russo sacchetti sacco sala salvi sanna santi santos
    sasso savio scarpa scotti serra siciliano silva silvestri singh spagnolo tallone tarantino tedesco
    testa torres tosco tosi tripodi trovato turco valente vassallo ventura venturi vigano vigna villani
    visconti vitale vitali volpe zappa
    """.split()  # noqa: SIM905 - as above
)
