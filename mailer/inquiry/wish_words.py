"""The words of a wish about the newsletter, in the languages that people here write.

Takes nothing; gives tables of patterns (`pattern` says how they are read). They are read whatever
the language of the mail: a wish is too short for its language to be told.
"""

LETTER = """
brev, brevet, breven, *brev, *brevet, nyhetsbrev*, *bladet, informationsblad*, nyhetsblad*,
utskick*, *utskick, *utskicket, mejllist*, maillist*, sändlist*, adresslist*, lista, listan,
*listan, era listor, register, registret, prenumer*, mottagarskap*, era nyheter,
nyheter från er, nyheter via, nästa nummer, newsletter*, news letter, mailing*, mailinglist,
distribution list, your list, the list, monthly mail, subscription, subscribe, verteiler,
rundbrief*, liste, uutiskir*, postituslist*, biuletyn*, listy, nieuwsbrief*, nyhedsbrev*,
النشرة, نشرة, للنشرة, القائمة, الاشتراك, розсил*, підпис*, новини, ваш лист, warsid*,
wargeys*, liiska, bilten*, obavijest*,
rundbrev*, bulletin*, lettre d information, infolettre*, boletín*, boletin*, bülten*, рассылк*,
бюллетен*, билтен*, spiska, spisak, خبرنامه*, لیست, buletin*, hírlev*, ጋዜጣ*, listen, maillisten,
udsendelse*, utsendelse*, adresseliste*, lijst, mailinglijst, blad, bladen, the mailing,
epostlist*, gazetk*, okólnik*, månadens nummer, varje nummer, kommande nummer
"""
"""What comes from us regularly."""

MAIL = """
mejl, mejlen, mail, mails, maili, mailen, jobbmejl*, e post, e posten, epost, email, emails,
e mail, e mails, mejla, maila, adress, adressen, *adress, e postadress*, min adress, address,
osoit*, adres, adresu, wiadomoś*, الرسائل, رسائل, رسائلكم, عنواني, листи, листів, адрес*,
emailka, meddelanden,
meldinger, beskeder, courriel*, correo*, e posta*, письма, письмами, писем, mesaj*, e poster*,
mailings, berichten, post från er, meddelanden från er
"""
"""What one may be rid of, but does not ask for."""

LEAVE = """
bort, borttag*, tas bort, stryk*, struken, radera, rensa, kryssa ur, avbryt*, avslut*, avsäg*,
säg upp, säga upp, säger upp, säger härmed upp, upphör*, sluta, slutar skicka, stoppa, stopp,
låt bli, skicka inte, aldrig mer, slippa, räcka med, nej tack, tacka nej, tackar nej, remove,
delete, drop, cancel, stop, no more, no longer, not want, don t, do not, don t want,
do not want, streich*, lösch*, nehmen sie mich aus, aus dem, melden sie, kein interesse,
kündig*, beend*, poist*, perua, peru, peruut*, lopet*, en halua, emme halua, ei enää, usu*,
skreśl*, zrezygn*, rezygn*, nie życz*, nie chc*, przesta*, прибер*, видал*, не надсила*,
не хоч*, припин*, لا ترسل*, لا أريد, إلغاء, ألغ*, احذف*, حذف, توقف*, أوقف*, ka saar, jooji*,
ha ii, ma doonay*, afmeld*, uitschrijv*, odjav*, ne želim, inte ha, inte längre, behöver inte,
vill inte, önskar inte, inte få, inte fler, inte mer, inte skicka, inte intresserad,
inte bett om, inte ta emot, inga fler, inga mer, inte längre få, nu räcker det, räcker så bra,
avbeställ, avbeställa, avbeställning*, off the, off your, ur er, ur ert, ur listan,
nicht mehr erhalten, nicht mehr bekommen, ihn nicht mehr, keine e mails, keine mails,
keine weiteren, inte sända, inte fortsätta, avstår, undanber*, undanbed*, avböj*, no need,
لم أعد, ka bax*, ka noqo, slett, slet mig, obrišite, ne šaljite, baja, bórren*,
désinscri*, ne souhaite plus, ya no quiero, no quiero,
fjern*, vil ikke ha, vil ikke have, ikke lenger, ikke længere, ikke mere, ikke mer, stoppe med,
slutte å, hoeft niet, niet meer, verwijder*, schrap*, plus recevoir, désabonn*, retirez*,
supprim*, no me llegue, de baja, elimin*, no deseo, cancell*, disiscri*, istemiyor*, çıkar*,
iptal*, не присыла*, не нужн*, не надо, исключи*, прекрат*, удали*, skinite, ne treba, izbriš*,
uklon*, لغو*, نمی خواهم, نفرست*, nu mai vreau, dezabon*, leirat*, töröl*, discontinu*, take me
off, take us off, take it off, take my, no further, austrag*, nicht mehr, gegenstandslos,
slipper, mig utan, oss utan, plocka bort, inte stå kvar, stå kvar, inget mer, lämna er lista,
lämnar er lista, lämna listan, sluta komma, stäng av, inte åt mig, dra in, kan ni hoppa över
"""
"""What ends something, where it stands beside a letter, a mail or the writer."""

LEAVE_ME = """
avregistrer*, avprenumerer*, avanmäl*, unsubscribe*, opt out, opt me out, opt us out, abmeld*,
mich ab, uns ab, abbestell*, wypis*, відпис*, iga saar, naga saar, upp min prenumeration,
upp prenumerationen, avsluta prenumeration*, avbryt prenumeration*, sluta maila, sluta mejla,
stop sending, stop emailing, återkallar mitt samtycke, drar tillbaka mitt samtycke,
återkallar mitt medgivande, drar tillbaka mitt medgivande, withdraw my consent,
avmeld*, framelde*, отпис*, unsub, opt me off, melde meg av, melde mig fra, austragen
"""
"""What says by itself that the writer leaves a list."""

JOIN = """
prenumerera, skriv upp, skriva upp, sätt upp, sätta upp, anmäl*, lägg till, lägga till,
lägg in, lägga in, ta med, vilja, ta emot, hänga med, ja tack, roligt att få, subscribe, add,
sending, receive, love to, would like, like to, nehmen sie, aufnehm*, bekommen, erhalten,
abonnier*, schicken, senden, zusend*, tilata, lisätkää, lisätä, lisää, saada, saisinko,
haluaisin, lähett*, zapis*, otrzym*, dopis*, dodać, przesyła*, اشتراك, الاشتراك, أشترك,
استلام, أضيف*, ترسل*, أرغب, підписа*, підпиш*, додайте, отрим*, надсила*, igu dar, helo,
soo dir*, isku qoro, rabaa, aanmeld*, ontvang*, tilmeld*, prijav*, primati, vill ha,
vill jag ha, vill vi ha, vill få, skulle vilja, vill gärna, vill prenumerera, gärna få,
gärna läsa, kan jag få, kan vi få, jag också få, vi också få, få ert, få er, få era, få ett,
få nyhet*, få brev*, få utskick*, få det, få den, skicka till, skicka det till, skicka ert,
skicka brev*, skicka nyhet*, skicka nästa, mig också, oss också, put me, send me, sending me,
get your, get the, get it, get on, sign me, sign us, sign up, vara med på, stå med,
direkt till mig, skicka dem till mig,
meld meg på, melde mig til, gerne, gjerne, skriv meg, graag, inschrijv*, abonn*, m inscrire,
recevoir, suscrib*, recibir, apúnt*, abone*, almak ister*, ekle*, присыла*, получать, dobijati,
dobivati, مشترک, اشتراک, بفرستید, abona*, kommer jag med, komma med på, hur får jag, sätt dit,
sätta dit, önskar få, få ta del, skicka mig, skicka oss, mejla mig, maila mig, can get, do i
get, be on, on your list, on the list, join
"""
"""What asks for something, where it stands beside a letter."""

JOIN_AGAIN = """
hit i stället, hit i fortsättningen, den här i stället, här i stället, få det igen,
ha det igen, få den igen, ha den igen, börja få, nya adressen, ny adress, ny mejladress,
bytt adress, bytt mejladress, bytt e post, new address, instead of my old, neue adresse
"""
"""What asks to go on, or to begin again: it may speak of what ended."""

ME = """
mig, oss, min, vår, dem, hit, me, us, my, mich, uns, mir, minut, minulle, minua, mnie, mój,
mi, мене, мені, мою, لي, إلي, عنواني, ii, iga, igu, naga,
meg, mij, ons, moi, nous, nos, меня, мне, нас, нам, beni, bana, nas, nam, من, مرا, ما
"""
"""The writer, and what was named before."""

PASSING = """
flytt*, moved, umgezogen, pension*, går i pension, slutar på, byter jobb, gick bort, avled,
avliden, har dött, tack, tackar, tack för, thanks, thank you, danke, kiitos, dziękuj*, شكرا,
дякую, mahadsanid, varför får jag, hur många gånger, säga till, säger till, gången jag,
det åt mig, för hand, knappen, länken, händer inget, fel sida, inkorg*, inbox, hemsida*,
webbplats*, affisch*, facebook, läser er, läser dem, in english, english version, på engelska,
på arabiska, hälsning*, regards, pozdraw*, sold our, verkauft, annan ort, bor jag på,
digitalt, läser, illa menat, gott, vidarebefordr*, forwarded, tipsade, hörde, visade mig, såg,
välskriv*, bra skrivet,
flyttet, verhuisd, mudado, taşınd*, переехал*, preselil*, bijzonder, takk, tak, merci, gracias,
teşekkür*, спасибо, hvala, bedankt, hilsen, groet*, saludo*
"""
"""What people add to such a wish: why they go, what they have tried, thanks."""

ANOTHER_MATTER = """
lokaltidning*, dagstidning*, morgontidning*, veckotidning*, sluta inte, inte sluta, avsluta inte,
inte avsluta, ta inte bort, don t stop, do not stop, don t remove, do not remove, kerho*, förening*,
lamp*, gatlykt*, laga, lagar, trasig*, trasiga, väg, vägen, vägar, gatan, asfalt*, trapp*,
källar*, tvättstug*, hyra, hyran, hyresvärd*, värden, mögel, sopor, råtta, råttor, klott*,
park, parkering*, moped*, mopp*, graffiti*, langare, langarna, langar, vågar inte bo,
vågar inte gå, vågar inte vara, trafik*, bilar, buss*, skola, skolan, lärare*, elev*, klass,
läxhjälp*, sfi, praktik*, jobb hos, simskol*, träning*, cup*, turnering*, nattvandr*, lokal,
lokalen, lokaler, boka, bokning*, bidrag*, knark*, drog, droger, langning*, hasch*, snus,
alkohol*, polis*, brott*, stöld*, inbrott*, orolig, oro, rädd, hot, hotar, slår, slog,
slagit, sönder, skriker, gråter, blöder, letar efter, hjälp med,
gör något, få stopp, fråga om, svar på, har en fråga, undrar om, undrar när, undrar var,
vad kostar, när är, när börjar, var ligger, möte, mötet, middag*, aktivitet*, kalender*,
annons*, vår affisch, affischen har, bli medlem, artikel, artikeln, skräpet, skräpig*,
vill läsa om, hur många läser, hur många prenum*, قرأت في, bild, bilden, foto*, fotot, texten,
felet, fel datum, rätta, rättelse, information om, skriva i, skriv om, skriver om, skicka med,
skickar med, med i, i brevet, i bladet, i utskicket, i nästa, i nyhetsbrevet, i nyhetsbreven,
i senaste, in your newsletter,
in the newsletter, im newsletter, im letzten, uutiskirjeessä, у розсилці, w newsletterze,
listan över, list for, lista över, listan på, listan till, från bokning*, kontaktperson*,
samtal, telefonnummer*, uppdrag*, nycklar*, frånvaro, sjuk, dotter, min son, sonen, barnen,
pappa*, uppsats*, statistik*, bygglov*, faktura*, enkät*, hem i brevlåd*, på papper,
fungerar inte för, inte fått, inte kommit, brevet kvar, kvar någonstans, course, class,
school, market, meeting, street, trucks, landlord, photo, picture, web page, my daughter,
my son, volunteer*, kurs*, schwimm*, chor, probe, tochter, sohn, bibliothek, straße, wohnung,
kurssi*, torille, koira, poikani, zajęcia, syna, rower*, piwnic*, zapisy, دورة, ابني, ابنتي,
لقاء, курси, курс, сина, одяг, koorso*, ciyaar*, wiilkayga, bostadskö*, kön, kören, kör,
frivillig*, samtalet, mössa, glömde, pressmeddeland*, broschyr*, gratulation*, buller*,
extrauppgift*, program, deltagarlist*, utflykt*,
vår förening vill ha, hissen, brev från värd*, brev från försäkr*,
paket*, ringa, räkning*, kallelse*, volunteers, complaint, question, waiting list,
appointment, letter from, wiza, termin, brief von, kirje kelalta
"""
"""Words that a mail with nothing but this wish does not hold."""

ERASURE = """
gdpr, dataskydd*, personuppgift*, mina uppgifter, alla uppgifter, radera mina, radera alla,
erase, delete my, my data
"""
"""To erase takes a person. A disclaimer, further down, only speaks of it."""

SOMEBODY_ELSE = """
min mamma, min mor, min mors, min pappa, min far, min man, min mans, min fru, min make,
min makes, makens, min hustru, min syster, min bror, min son, min dotter, min mormor,
min morfar, min farmor, min farfar, min sambo, min vän, svärmor, svärfar, min chef, my mother,
my father, my husband, my wife, my sister, my brother, my son, my daughter, meine mutter,
mein vater, mein mann, meine frau, äitini, isäni, mojej mamy, والدتي, أمي, моя мама, hooyaday
"""
"""Whose address it may be instead."""

FAREWELL = """
adjö, farväl, hejdå, hej då, ajöss, tack för allt, tack för den här tiden, förlåt, orkar inte,
orkar inget, orkar ej, orkar inte mer, orkar ente, vill inte mer, vill inte längre, vill ej mer,
vill inte vara med, vill ente mer, klarar inte mer, står inte ut, härifrån, leva, livet, finnas,
döden, tablett*, piller, slår mig, goodbye, good bye, farewell, can t go on, can t take it,
can t do this, don t want to anymore, don t want to any more, i am done, i m done, so tired,
forgive me, leb wohl, lebt wohl, lebewohl, kann nicht mehr, mag nicht mehr, verzeiht, żegnaj*,
nie mam siły, nie mam już siły, nie dam rady, nie daję rady, wybaczcie, en jaksa, hyvästi,
anteeksi, pahoillani, en kestä, прощавай*, не можу більше, більше не можу, немає сил, вибачте,
прощай*, больше не могу, وداعا, وداعًا, لم أعد أحتمل, سامحوني, تعبت من, خداحافظ,
دیگر نمی توانم, nabad gelyo, waan daalay, iga raalli ahow, farvel, orker ikke, kan ikke mer,
kan ikke mere, adieu, adiós, no puedo más, elveda, zbogom, ne mogu više
"""
"""Said of a newsletter, and of life."""

TITLE = """
tryggare tillsammans, tryggt tillsammans
"""
"""What ours is called: who answers it does so with this subject."""
