<?php

// A token of a connected app with direct trust, as Tableau's hosts sign it. It opens one session.

function encoded(string $data): string
{
    return rtrim(strtr(base64_encode($data), '+/', '-_'), '=');
}

$now = time();
// `kid` is the id of the secret, `iss` that of the connected app.
$header = ['alg' => 'HS256', 'typ' => 'JWT', 'kid' => getenv('SECRET_ID'), 'iss' => getenv('CLIENT_ID')];
$claims = [
    'iss' => getenv('CLIENT_ID'),
    'sub' => getenv('SUBJECT'),
    'aud' => 'tableau',
    'iat' => $now,
    'exp' => $now + 300, // at most 600
    'jti' => bin2hex(random_bytes(16)),
    'scp' => ['tableau:views:embed', 'tableau:content:read'],
    'https://tableau.com/groups' => json_decode(getenv('TEAMS')),
] + json_decode(getenv('ATTRIBUTES'), true); // behind `+`, so that none takes the place of a claim

$signed = encoded(json_encode($header)) . '.' . encoded(json_encode($claims));
// The key is the text of the secret, also if it looks like hexadecimal.
$signature = hash_hmac('sha256', $signed, getenv('SECRET'), true);
echo "$signed.", encoded($signature), "\n";
