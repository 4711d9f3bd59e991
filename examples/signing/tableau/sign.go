// A token of a connected app with direct trust, as Tableau's hosts sign it. It opens one session.
package main

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"time"
)

type object map[string]any

func main() {
	now := time.Now().Unix() // seconds, not milliseconds
	id := make([]byte, 16)
	rand.Read(id)
	// `kid` is the id of the secret, `iss` that of the connected app.
	header, _ := json.Marshal(object{"alg": "HS256", "typ": "JWT", "kid": os.Getenv("SECRET_ID"), "iss": os.Getenv("CLIENT_ID")})
	said := object{}
	json.Unmarshal([]byte(os.Getenv("ATTRIBUTES")), &said) // first, so that none takes the place of a claim below
	said["iss"] = os.Getenv("CLIENT_ID")
	said["sub"] = os.Getenv("SUBJECT")
	said["aud"] = "tableau"
	said["iat"] = now
	said["exp"] = now + 300 // at most 600
	said["jti"] = id
	said["scp"] = []string{"tableau:views:embed", "tableau:content:read"}
	said["https://tableau.com/groups"] = json.RawMessage(os.Getenv("TEAMS"))
	claims, _ := json.Marshal(said)

	encoded := base64.RawURLEncoding.EncodeToString
	signed := encoded(header) + "." + encoded(claims)
	// The key is the text of the secret, also if it looks like hexadecimal.
	mac := hmac.New(sha256.New, []byte(os.Getenv("SECRET")))
	mac.Write([]byte(signed))
	fmt.Println(signed + "." + encoded(mac.Sum(nil)))
}
