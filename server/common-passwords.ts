/**
 * Words around which most leaked passwords are built, for the rules of password-policy.ts: with digits and
 * signs about them, their look-alikes and their pairs they stand for some hundred thousand passwords. Written
 * by kind from what published rankings have in common; kept short, since every word here also forbids it.
 */
export const commonWords: ReadonlySet<string> = new Set(
  `
  password passwort passwd passphrase pass pwd secret geheim contrasena motdepasse senha parola wachtwoord hunter
  admin administrator root user username guest login logon signin welcome willkommen bienvenue default changeme
  change please test testing tester temp temporary demo sample example master letmein let mein open opensesame
  trustno trustnoone access enter private personal computer laptop internet server system windows microsoft
  google facebook youtube yahoo hotmail gmail linkedin twitter instagram samsung apple iphone android github
  qwerty qwertz azerty qwer asdf asdfgh zxcv zxcvbn qazwsx qweasd qweasdzxc abc abcd abcdef abcdefg abcdefgh
  iloveyou loveyou ilove love lovely lover loveme sweet sweetheart honey baby babygirl angel angels darling
  princess prince queen king sunshine sunflower flower rainbow butterfly beautiful pretty cutie hello hallo
  hellokitty kitty kitten puppy doggy monkey dragon tiger lion eagle falcon phoenix panther dolphin turtle
  chicken cookie chocolate cheese banana orange cherry peanut pepper ginger coffee pizza whiskey
  football fussball soccer baseball basketball hockey golf tennis boxing liverpool chelsea arsenal barcelona
  realmadrid juventus yankees lakers cowboys steelers redsox eagles broncos packers
  superman batman spiderman ironman wolverine naruto pokemon pikachu starwars skywalker yoda matrix gandalf
  merlin wizard magic ninja samurai pirate warrior hunter killer shadow ghost demon devil angel heaven
  mustang ferrari porsche mercedes corvette camaro harley yamaha honda toyota jaguar bmw audi
  michael jordan jennifer jessica ashley amanda nicole daniel andrew anthony matthew joshua thomas robert
  william charlie george jackson jasmine michelle maria sophie anna laura lucas martin peter alex alexander
  andrea stefan thomas christian sebastian benjamin samuel david robin morgan taylor austin dallas london
  paris berlin america england germany france canada australia brazil mexico china india
  january february march april may june july august september october november december
  monday tuesday wednesday thursday friday saturday sunday
  spring summer autumn winter fruhling sommer herbst
  black white green blue red yellow purple silver golden gold diamond crystal
  freedom liberty forever together friends friend family mother father brother sister mommy daddy
  jesus christ god bless blessed faith hope grace success lucky happy smile
  money dollar million million rich business company office manager
  fuck fuckyou fuckoff asshole bitch sexy sex pussy shit damn
  nothing something whatever number one two three four five six seven eight nine zero
  the and you are not your mine my me is
  fltr filter search dataset document
  `
    .split(/\s+/)
    .filter(Boolean),
);
