// The address of a frame as Looker's hosts sign it. It works once, within five minutes.
package main

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"hash"
	"net/url"
	"os"
	"time"
)

func main() {
	path := "/login/embed/" + url.PathEscape(os.Getenv("CONTENT"))
	nonce := make([]byte, 16)
	rand.Read(nonce)
	// The host comes with its port, if it has one, and without `https://`; no line break follows the last line.
	address, _ := url.Parse(os.Getenv("VITRINE_URL"))
	text := address.Host + "\n" + path
	search := url.Values{"force_logout_login": {"true"}}
	// They are signed in this order, and written as JSON once: what is signed is what is sent, byte for byte.
	for _, parameter := range [][2]any{
		{"nonce", nonce},
		{"time", time.Now().Unix()}, // seconds, not milliseconds
		{"session_length", 3600},
		{"external_user_id", os.Getenv("SUBJECT")},
		{"permissions", []string{"access_data", "see_looks", "see_user_dashboards"}},
		{"models", json.RawMessage(os.Getenv("MODELS"))},
		{"group_ids", json.RawMessage(os.Getenv("TEAMS"))},
		{"external_group_id", os.Getenv("TENANT")},
		{"user_attributes", json.RawMessage(os.Getenv("ATTRIBUTES"))},
		{"access_filters", struct{}{}}, // filters nothing, and must be there
	} {
		value, _ := json.Marshal(parameter[1])
		text += "\n" + string(value)
		search.Set(parameter[0].(string), string(value))
	}

	algorithm := map[string]func() hash.Hash{"sha1": sha1.New, "sha256": sha256.New}[os.Getenv("HASH")]
	// The key is the text of the secret, also if it looks like hexadecimal.
	mac := hmac.New(algorithm, []byte(os.Getenv("SECRET")))
	mac.Write([]byte(text))
	search.Set("signature", base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	fmt.Println(os.Getenv("VITRINE_URL") + path + "?" + search.Encode())
}
