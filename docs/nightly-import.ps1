# NEVER RUN. Written with care beside nightly-import.sh, which is tested; nobody has watched this one on Windows.
# Try it with the demo's file on a practice store ($env:DRIVE_HOME) before you trust it.
#
#     powershell -NoProfile -ExecutionPolicy Bypass -File nightly-import.ps1 -Folder D:\drive-in
#
# The folder, the names of files and the exit code are as nightly-import.sh says in its first lines. Give the folder to the
# user of the task alone: Properties, Security, Advanced, Disable inheritance. Rights of files are not set here.
# In the Task Scheduler: Create Task; run as the user who has the key; daily at 02:15; "do not start a new instance".

param([Parameter(Mandatory = $true)][string]$Folder, [string]$Drive = 'drive', [string[]]$Options = @())

$order = 0, 6, 4, 3, 2, 5, 7, 1, 130
$worst = 0
$now = Get-Date -Format 'yyyyMMdd-HHmmss'
foreach ($each in 'done', 'rejected', 'failed', 'log') { New-Item -ItemType Directory -Force "$Folder\$each" | Out-Null }
$log = "$Folder\log\$now.txt"

function Invoke-Import([string]$Kind, [string]$File, [string[]]$More) {
    $text = & $Drive import $Kind $File @Options @More --no-input --json 2>> $log
    $script:code = $LASTEXITCODE
    $script:said = if ($text) { $text | ConvertFrom-Json } else { $null }
}

$number = 0
foreach ($kind in 'agencies', 'workers', 'persons', 'cases', 'assignments', 'contacts') {
    $found = Get-ChildItem -File $Folder | Where-Object { $_.Name -match "^$kind(-[0-9-]*)?\.(csv|tsv|xlsx|xls|ods|json|jsonl)$" }
    foreach ($file in $found | Sort-Object Name) {
        $number++
        $kept = "$Folder\rejected\$now-$number-$($file.BaseName).csv"
        Invoke-Import $kind $file.FullName @('--dry-run')
        if ($code -eq 6 -and $said.rows) { Invoke-Import $kind $file.FullName @('--partial', '--rejects', $kept) }
        elseif ($code -eq 0) { Invoke-Import $kind $file.FullName @() }
        if ($order.IndexOf($code) -gt $order.IndexOf($worst)) { $worst = $code }
        if ($code -notin 0, 2, 3, 4, 6) {
            "$($file.Name): stopped with $code; it waits, and so do the files after it. See the log."
            exit $worst
        }
        if ($code -notin 0, 6) { $to = 'failed'; "$($file.Name): could not be taken ($code), see the log." }
        else {
            $to = if ($said.applied -or ($said.rows -and $said.same -eq $said.rows)) { 'done' } else { 'failed' }
            $refused = $said.conflict + $said.rejected
            "$($file.Name): $($said.rows) rows: $($said.applied) taken, $($said.same) here already, $refused refused."
        }
        Move-Item $file.FullName "$Folder\$to\$now-$number-$($file.Name)"
    }
}
if ($number -eq 0) { 'No file to bring in.' }
"Ends with $worst."
exit $worst
